"""Copy as PyTorch: a network's table as an ``nn.Module`` of plain torch."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from itertools import chain

from viz_app.core.errors import ShapeError
from viz_app.core.layers import INPUT, WINDOWED, Network, Row, pads, per_axis, rows
from viz_app.core.layers import total_parameters as count
from viz_app.core.records import Picture
from viz_app.core.traced import Traced
from viz_app.labs.networks.scene import NetworksScene, network_of
from viz_app.labs.snippets import in_words

_TAKEN = {
    *("apply", "buffers", "children", "compile", "cpu", "cuda", "double", "eval", "float"),
    *("forward", "half", "modules", "parameters", "to", "train", "training", "type", "xpu"),
}  # what nn.Module already means by these names


def snippet(scene: NetworksScene, picture: Picture | None) -> str:
    """The program for the network on the screen; what does not fit is said in a comment."""
    if scene.own is not None:
        return own_program(scene.own)
    network = network_of(scene)
    try:
        return module_program(network)
    except ShapeError as error:
        return f"# {in_words(str(error))}\n"


def module_program(network: Network) -> str:
    """A module that has the table's parameters, and lines that print their count and the shape.

    Raises
    ------
    ShapeError
        if the table does not fit together
    """
    table = tuple(rows(network))
    names = _names(table)
    made = [_construction(row, names) for row in table]
    setup = [line for line in made if line]
    steps = _steps(table, network.output_names, names)
    shape = ", ".join(map(str, (1, *network.input_shape)))
    lines = [
        f'"""{in_words(network.title)}: {count(network):,} parameters."""',
        "",
        "import torch",
        "import torch.nn.functional as F",
        "from torch import nn",
        "",
        "",
        "class Net(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in setup),
        "",
        "    def forward(self, x):",
        *(f"        {line}" for line in steps),
        "",
        "",
        "net = Net().eval()",
        "print(sum(p.numel() for p in net.parameters()))",
        "with torch.no_grad():",
        f"    y = net(torch.zeros({shape}))",
        "print(tuple(y.shape) if torch.is_tensor(y) else [tuple(a.shape) for a in y])",
    ]
    return "\n".join(lines) + "\n"


def own_program(own: Traced) -> str:
    """The program that makes the user's own network again and counts it."""
    source, _, factory = own.spec.partition("@")[0].rpartition(":")
    shape = ", ".join(map(str, (1, *own.input_shape)))
    if source.endswith(".py"):
        made = ["import runpy", "", "import torch", "",
                f"make = runpy.run_path({source!r})[{factory!r}]"]  # fmt: skip
    else:
        made = ["import torch", "", f"from {source} import {factory} as make"]
    lines = [
        f'"""{in_words(own.title)}: {own.parameters:,} parameters."""',
        "",
        *made,
        "",
        "net = (make if isinstance(make, torch.nn.Module) else make()).eval()",
        "print(sum(p.numel() for p in net.parameters()))",
        "with torch.no_grad():",
        f"    y = net(torch.zeros({shape}))",
        "print(tuple(y.shape) if torch.is_tensor(y) else type(y))",
    ]
    return "\n".join(lines) + "\n"


def _names(table: tuple[Row, ...]) -> dict[str, str]:
    """A Python name for each layer, no two alike."""
    names = {INPUT: "x"}
    for row in table:
        word = re.sub(r"\W", "_", row.layer.name, flags=re.ASCII)
        if not word[:1].isalpha() or keyword.iskeyword(word) or word in _TAKEN or word == "x":
            word = f"layer_{word}"
        while word in names.values():
            word += "_"
        names[row.layer.name] = word
    return names


def _construction(row: Row, names: dict[str, str]) -> str:
    layer, shape = row.layer, row.input_shapes[0]
    axes, name = len(shape) - 1, names[row.layer.name]
    if layer.kind == "linear":
        bias = "" if layer.bias else ", bias=False"
        return f"self.{name} = nn.Linear({shape[0]}, {layer.channels}{bias})"
    if layer.kind == "batch_norm":
        eps = "" if layer.eps == 1e-5 else f", eps={layer.eps:g}"
        return f"self.{name} = nn.BatchNorm{max(axes, 1)}d({shape[0]}{eps})"
    if layer.kind == "prelu":
        return f"self.{name} = nn.PReLU({shape[0]})"
    if layer.kind != "conv":
        return ""
    words = [str(shape[0]), str(layer.channels), str(layer.kernel)]
    if layer.stride != 1:
        words.append(f"stride={layer.stride}")
    if isinstance(layer.padding, int) and layer.padding:
        words.append(f"padding={layer.padding}")
    if layer.dilation != 1:
        words.append(f"dilation={layer.dilation}")
    if layer.groups != 1:
        words.append(f"groups={layer.groups}")
    if not layer.bias:
        words.append("bias=False")
    return f"self.{name} = nn.Conv{axes}d({', '.join(words)})"


def _steps(table: tuple[Row, ...], outputs: tuple[str, ...], names: dict[str, str]) -> list[str]:
    """One line a layer; ``x`` runs through, and what is read again later has its own name."""
    readers = Counter(chain.from_iterable(row.sources for row in table))
    order = [INPUT, *(row.layer.name for row in table)]
    follows = dict(zip(order, table, strict=False))
    held: dict[str, str] = {}
    for name in order:
        following = follows.get(name)
        is_passed_on = readers[name] == 1 and following is not None and name in following.sources
        is_last = name == order[-1] and name in outputs
        kept = name in outputs and not is_last
        held[name] = "x" if (is_passed_on and not kept) or is_last else names[name]
    lines = []
    if held[INPUT] == "x" and not table:
        return ["return x"]
    if readers[INPUT] != 1 or INPUT not in table[0].sources:
        held[INPUT] = "image"
        lines.append("image = x")
    for row in table:
        sources = [held[source] for source in row.sources]
        lines.append(f"{held[row.layer.name]} = {_call(row, sources, names[row.layer.name])}")
    answers = ", ".join(held[name] for name in outputs)
    return [*lines, f"return {answers}"]


def _call(row: Row, sources: list[str], name: str) -> str:
    layer, x, axes = row.layer, sources[0], len(row.input_shapes[0]) - 1
    if layer.kind in WINDOWED:
        return _window_call(row, x, name)
    plain = {
        "relu": f"F.relu({x})",
        "relu6": f"F.relu6({x})",
        "leaky_relu": f"F.leaky_relu({x}, {layer.slope:g})",
        "tanh": f"torch.tanh({x})",
        "sigmoid": f"torch.sigmoid({x})",
        "softmax": f"F.softmax({x}, 1)",
        "dropout": f"F.dropout({x}, {layer.rate:g}, self.training)",
        "adaptive_avg_pool": f"F.adaptive_avg_pool{axes}d({x}, {layer.size})",
        "flatten": f"{x}.flatten(1)",
        "add": " + ".join(sources),
        "concat": f"torch.cat([{', '.join(sources)}], 1)",
        "slice": f"{x}[:, {layer.offset} : {layer.offset + layer.channels}]",
    }
    if layer.kind == "upsample":
        factors = per_axis(layer, layer.stride, axes)
        return f"F.interpolate({x}, scale_factor={tuple(map(float, factors))})"
    return plain.get(layer.kind, f"self.{name}({x})")


def _window_call(row: Row, x: str, name: str) -> str:
    layer, sizes = row.layer, row.input_shapes[0][1:]
    padding = layer.padding
    if not isinstance(padding, int):  # uneven: torch's operators pad both sides alike
        sides = tuple(chain.from_iterable(reversed(pads(layer, sizes))))
        value = ', value=float("-inf")' if layer.kind == "max_pool" else ""
        x, padding = (f"F.pad({x}, {sides}{value})" if any(sides) else x), 0
    if layer.kind == "conv":
        return f"self.{name}({x})"
    word = layer.kind.removesuffix("_pool")
    more = f", padding={padding}" if padding else ""
    more += f", dilation={layer.dilation}" if layer.dilation != 1 else ""
    more += ", ceil_mode=True" if layer.ceil_mode else ""
    return f"F.{word}_pool{len(sizes)}d({x}, {layer.kernel}, {layer.stride}{more})"
