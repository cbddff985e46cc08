"""What is to be optimised, and the job that does it on the engine's thread."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from viz_app.core.own import OwnNetwork
from viz_app.engine.engine import Progress, Turn
from viz_app.files import labels
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations.jobs import Pixels, network_of
from viz_app.labs.activations.layers import Asked, side_of, title_of
from viz_app.labs.activations.scene import ActivationsScene

if TYPE_CHECKING:
    from viz_app.nets.build import Net

Kind = Literal["channel", "unit", "class"]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides which image is made, but for the learning rate.

    The image of ``side`` pixels is looked at enlarged to ``look_side``: the network's own where
    the whole image answers with one number, as for a class, so that it becomes as large as in the
    photos that the network has seen; a texture grows as quickly as it can on the image as it is.
    ``layer`` is the row of the layer table whose value grows: the one before the non-linearity,
    since a channel that is shut everywhere has no gradient behind it. Empty: the classes' logits.
    """

    network: Asked
    kind: Kind
    layer: str
    index: int
    side: int
    look_side: int
    seed: int
    is_fourier: bool
    is_decorrelated: bool
    is_shaken: bool
    is_natural: bool

    @property
    def title(self) -> str:
        """What is optimised, in words."""
        if self.kind == "class":
            return f"{title_of(self.network)}: {labels.imagenet()[self.index]}"
        word = "channel" if self.kind == "channel" else "middle unit of channel"
        return f"{title_of(self.network)} {self.layer}, {word} {self.index}"


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """The image after so many steps, uint8 [side, side, 3], and the goal's value on it."""

    plan: Plan
    step: int
    pixels: Pixels
    value: float
    progress: Progress


def plan_of(scene: ActivationsScene) -> Plan:
    """What a scene asks for."""
    is_class = scene.goal == "class"
    whole = side_of(scene.net)
    side = whole if isinstance(scene.net, OwnNetwork) else scene.goal_side
    return Plan(
        scene.net,
        scene.goal,
        "" if is_class else scene.stage.before,
        scene.goal_class if is_class else scene.channel,
        side,
        whole if is_class or scene.stage.is_single else side,
        scene.goal_seed,
        scene.is_fourier,
        scene.is_decorrelated,
        scene.is_shaken,
        is_class and scene.is_natural,
    )


def optimise(
    store: WeightsStore, plan: Plan, rate: Callable[[], float], steps: Callable[[], int]
) -> Callable[[Turn], Generator[Climb, None, None]]:
    """Make the image, a snapshot a step; ``rate`` and ``steps`` are asked each time."""

    def job(turn: Turn) -> Generator[Climb, None, None]:
        return climb_on(network_of(turn, store, plan.network), plan, rate, steps, turn.check)

    return job


def climb_on(
    net: Net,
    plan: Plan,
    rate: Callable[[], float],
    steps: Callable[[], int],
    check: Callable[[], None],
) -> Generator[Climb, None, None]:
    """The steps of `optimise` on a network that is there."""
    from viz_app.compute.ascent import Goal, climb
    from viz_app.compute.ascent_paint import Manner

    layer = plan.layer or net.network.output_names[0]
    manner = Manner(plan.is_fourier, plan.is_decorrelated, plan.is_shaken, plan.is_natural)
    goal = Goal(plan.kind, layer, plan.index)
    run = climb(net, goal, plan.side, rate, plan.seed, manner, check, plan.look_side)
    for climbed in run:
        total = steps()
        progress = Progress(climbed.step, total)
        yield Climb(plan, climbed.step, climbed.pixels, climbed.value, progress)
        if climbed.step >= total:
            return
