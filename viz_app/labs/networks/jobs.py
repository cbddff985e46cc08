"""What the networks lab asks of the engine: to make the user's own network and see it run."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.layers import Network
from viz_app.core.traced import Traced
from viz_app.engine.engine import Turn


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found: the table of a code's network, or the definition that weights are for."""

    traced: Traced | None = None
    known: Network | None = None


def open_own(turn: Turn, spec: str, may_run: bool) -> Opened:
    """Make a network from a spec; the user's code is run only if the user agreed.

    Raises
    ------
    WeightsError
        if it cannot be made; one sentence
    """
    from viz_app.nets.own import load_own
    from viz_app.nets.tracing import OwnNet

    turn.check()
    net = load_own(spec, may_run=may_run)
    if isinstance(net, OwnNet):
        return Opened(traced=net.traced)
    return Opened(known=net.network)
