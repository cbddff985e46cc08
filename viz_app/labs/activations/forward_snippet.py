"""The lines of a program that make a network and run it up to a layer, inside a function of x."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viz_app.core.layers import Network
from viz_app.core.own import OwnNetwork
from viz_app.labs.activations import snippet as programs
from viz_app.labs.activations.layers import Asked, name_of
from viz_app.labs.activations.own_snippet import is_flat, part_of, texts_of

_WEIGHTS = """
WEIGHTS = {weights!r}{fetch}
data = Path(WEIGHTS).read_bytes()
assert hashlib.sha256(data).hexdigest().startswith(
    {sha256!r}
)
{load}"""
_TABLED = """\
a = {{}}{preprocess}
a["input"] = x
{steps}"""
_OWN = """
{made}
PART, CALL = {part!r}, {call}  # the part, and which of its calls
torch.manual_seed(0)
net = (make if isinstance(make, torch.nn.Module) else make()).eval().requires_grad_(False)
calls = []
dict(net.named_modules())[PART].register_forward_hook(
    lambda _part, _inputs, output: calls.append(output.clone())
)"""
_HEARD = """\
calls.clear(){grey}{scaled}
net(x)"""


@dataclass(frozen=True, slots=True)
class Forward:
    """Parts of a program, with the lines that import what they need.

    ``made`` makes the network and begins with a newline; ``lines`` run it on ``x``, an image
    [1, 3, H, W] in 0..1; then ``output`` is what the layer LAYER answers, [1, C, H, W], or
    [1, C] where ``is_flat``.
    """

    imports: tuple[str, ...]
    warning: str
    made: str
    lines: str
    output: str
    is_flat: bool

    def imports_with(self, *more: str) -> str:
        """The lines of import, with those that the rest of the program needs, in their order."""
        lines = {*self.imports, *more}
        return "\n".join(sorted(lines, key=lambda line: (line.startswith("from"), line)))


def forward_of(network: Asked, table: Network, row: str, folder: Path) -> Forward:
    """The parts for a row of a network's layer table; ``folder`` is that of published networks."""
    if isinstance(network, OwnNetwork) and network.traced is not None:
        return _own(network, row)
    needed = tuple(programs.rows_for(table, row))
    weights, sha256 = programs.weights_of(network, folder)
    prefix = programs.PICKLED.get(name_of(network))
    return Forward(
        imports=("import hashlib", "from pathlib import Path", *("import pickle",) * bool(prefix)),
        warning="",
        made=_WEIGHTS.format(
            weights=weights,
            fetch=programs.fetch_of(network),
            sha256=sha256,
            load=programs.loading(table, prefix, weights),
        ),
        lines=_TABLED.format(
            preprocess=programs.preprocessing(table),
            steps="\n".join(f"a[{r.layer.name!r}] = {programs.call_of(r)}" for r in needed),
        ),
        output="a[LAYER]",
        is_flat=len(needed[-1].shape) == 1,
    )


def _own(own: OwnNetwork, row: str) -> Forward:
    texts = texts_of(own)
    part, call = part_of(row)
    return Forward(
        imports=tuple(texts.imports.splitlines()),
        warning=f" This runs the code in {texts.source}.",
        made=_OWN.format(made=texts.made, part=part, call=call),
        lines=_HEARD.format(grey=texts.grey, scaled=texts.scaled),
        output="calls[CALL - 1]",
        is_flat=is_flat(own, row),
    )
