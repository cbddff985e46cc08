"""The one builder: a layer table becomes a torch module that hands out any of its layers.

The module's tensors bear the published checkpoint's names. No hooks are needed to look inside: the
forward pass is asked for layers by name, runs only what they need and stops at the last of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from viz_app.core.errors import ShapeError
from viz_app.core.layers import (
    INPUT,
    WINDOWED,
    Kind,
    Layer,
    Network,
    Row,
    Shape,
    output_shape,
    pads,
    per_axis,
    rows,
)

_CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
_BATCH_NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}
_MAX_POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
_AVG_POOLS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
_ADAPTIVE_POOLS = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}

_RELUS: frozenset[Kind] = frozenset(("relu", "relu6", "leaky_relu"))
_OVERWRITABLE: frozenset[Kind] = frozenset(("conv", "linear", "batch_norm", "add"))
"""Kinds whose own output is a fresh tensor that their backward pass does not read again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer to run: its sources by name, whether it may overwrite them, what it frees."""

    row: Row
    in_place: bool
    done_with: tuple[str, ...]


class Net(nn.Module):
    """A layer table that runs.

    ``net(x, wanted)`` takes float images ``[N, C, *sizes]`` in [0, 1], applies the network's
    own preprocessing, and answers ``{name: Tensor}`` for the wanted layers; without names, for
    the table's outputs. Sizes other than the table's are welcome where the layers allow.

    Attributes
    ----------
    network
        the table
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self._rows = tuple(rows(network))
        self._modules_by_layer: dict[str, tuple[nn.Module]] = {}
        for row in self._rows:
            module = _module(row)
            if module is not None:
                _place(self, row.layer.key or row.layer.name, module)
                # the tuple keeps torch from registering the module a second time
                self._modules_by_layer[row.layer.name] = (module,)
        if network.preprocessing is not None:
            shape = (1, -1, *(1,) * (len(network.input_shape) - 1))
            for name in ("mean", "std"):
                values = torch.tensor(getattr(network.preprocessing, name), device="cpu")
                self.register_buffer(f"input_{name}", values.view(shape), persistent=False)

    def forward(
        self,
        x: Tensor,
        wanted: Collection[str] = (),
        check: Callable[[], None] | None = None,
        visit: Callable[[str, Tensor], None] | None = None,
    ) -> dict[str, Tensor]:
        """Run as far as needed and hand out the wanted layers.

        Parameters
        ----------
        x
            images [N, C, *sizes] in [0, 1], RGB
        wanted
            layer names; ``"input"`` is the preprocessed image; empty means the table's outputs
        check
            called before each layer; what it raises ends the pass (this is how one cancels)
        visit
            called with each wanted layer's name and maps as soon as they are there; then nothing
            is kept, and the maps are only valid during the call

        Returns
        -------
        dict
            wanted layers by name, in the table's order, [N, *shape]; empty with ``visit``

        Raises
        ------
        ShapeError
            if a name is not in the table, or the images have another number of channels or a size
            that some layer on the way does not allow
        """
        names = wanted or self.network.output_names
        steps = plan(self._rows, names, names if visit is None else ())
        _check_input(self.network, x)
        if steps and tuple(x.shape[1:]) != self.network.input_shape:
            _check_sizes(self.network, tuple(x.shape[1:]), steps)
        alive = {INPUT: self.preprocess(x)}
        kept = {INPUT: alive[INPUT]} if INPUT in names else {}
        for step in steps:
            if check is not None:
                check()
            name = step.row.layer.name
            alive[name] = self._run(step, _take(alive, step))
            if name in names and visit is not None:
                visit(name, alive[name])
            elif name in names:
                kept[name] = alive[name]
        return kept

    def preprocess(self, x: Tensor) -> Tensor:
        """(x − mean) / std in the channel order that the network was trained with."""
        preprocessing = self.network.preprocessing
        if preprocessing is None:
            return x
        if preprocessing.order == "BGR":
            x = x.flip(1)
        mean, std = self.get_buffer("input_mean"), self.get_buffer("input_std")
        return (x - mean.to(x.dtype)) / std.to(x.dtype)

    def _run(self, step: Step, tensors: list[Tensor]) -> Tensor:
        layer = step.row.layer
        held = self._modules_by_layer.get(layer.name)
        if layer.kind in WINDOWED:
            return _slide(layer, held[0] if held else None, tensors[0])
        if held is not None:
            output: Tensor = held[0](tensors[0])
            return output
        if layer.kind == "add":
            return sum(tensors[1:], start=tensors[0])
        if layer.kind == "concat":
            return torch.cat(tensors, 1)
        return _pointwise(layer, tensors[0], step.in_place, self.training)


def build(network: Network) -> Net:
    """Make a network with torch's own random weights, in training mode.

    Raises
    ------
    ShapeError
        if the table does not fit together
    """
    return Net(network)


def build_frozen(network: Network, state: Mapping[str, Tensor]) -> Net:
    """Make a network around checked weights (see ``loading.check_state``): evaluation, no gradient.

    The tensors are taken over, not copied.
    """
    with torch.device("meta"):  # no time and no memory for random numbers that nobody reads
        net = Net(network)
    net.load_state_dict(state, assign=True)
    return net.eval().requires_grad_(False)


def plan(
    table: tuple[Row, ...], wanted: Collection[str], kept: Collection[str] | None = None
) -> list[Step]:
    """The steps to take for the wanted layers, and no others.

    A ReLU overwrites its input where that is a fresh tensor nobody else reads and nobody keeps
    (by default all that is wanted is kept).

    Raises
    ------
    ShapeError
        if a wanted name is not in the table
    """
    unknown = set(wanted) - {row.layer.name for row in table} - {INPUT}
    if unknown:
        raise ShapeError(f"There is no layer {sorted(unknown)[0]!r}; choose one from the table.")
    needed = set(wanted)
    for row in reversed(table):
        if row.layer.name in needed:
            needed.update(row.sources)
    taken = [row for row in table if row.layer.name in needed]
    last_reader = {source: row.layer.name for row in taken for source in row.sources}
    readers = list(chain.from_iterable(row.sources for row in taken))
    kinds = {row.layer.name: row.layer.kind for row in taken}
    steps = []
    for row in taken:
        first = row.sources[0]
        fresh = kinds.get(first) in _OVERWRITABLE and readers.count(first) == 1
        done = tuple({s for s in row.sources if last_reader[s] == row.layer.name})
        in_place = (
            fresh and first not in (wanted if kept is None else kept) and row.layer.kind in _RELUS
        )
        steps.append(Step(row, in_place, done))
    return steps


def _take(alive: dict[str, Tensor], step: Step) -> list[Tensor]:
    """A step's inputs; what no later step reads is kept by nobody but the caller."""
    tensors = [alive[source] for source in step.row.sources]
    for source in step.done_with:
        del alive[source]
    return tensors


def _check_input(network: Network, x: Tensor) -> None:
    channels, axes = network.input_shape[0], len(network.input_shape) - 1
    if x.dim() != axes + 2 or x.shape[1] != channels:
        raise ShapeError(
            f"{network.title} takes images of {channels} channels and {axes} axes; "
            f"this input is {'×'.join(map(str, x.shape[1:]))}."
        )


def _check_sizes(network: Network, shape: Shape, steps: Sequence[Step]) -> None:
    """Raise if a layer on the way does not allow this size of input; the table's own fits."""
    last, built = steps[-1].row.layer.name, {step.row.layer.name: step.row for step in steps}
    for row in rows(replace(network, input_shape=shape)):
        name = row.layer.name
        if row.layer.kind == "linear" and name in built:
            here, there = row.input_shapes, built[name].input_shapes
            if here != there:
                raise ShapeError(
                    f"{name}: has weights for {there[0][0]} numbers and would get {here[0][0]}; "
                    f"use an input of {'×'.join(map(str, network.input_shape[1:]))}."
                )
        if name == last:
            return


def _module(row: Row) -> nn.Module | None:
    """The torch module of a layer that holds numbers; None for the others."""
    layer, shape = row.layer, row.input_shapes[0]
    if layer.kind == "conv":
        axes = len(shape) - 1
        fixed = layer.padding if isinstance(layer.padding, int) else 0
        return _CONVOLUTIONS[axes](
            shape[0],
            layer.channels,
            per_axis(layer, layer.kernel, axes),  # type: ignore[arg-type]
            per_axis(layer, layer.stride, axes),  # type: ignore[arg-type]
            fixed,
            per_axis(layer, layer.dilation, axes),  # type: ignore[arg-type]
            layer.groups,
            layer.bias,
        )
    if layer.kind == "linear":
        return nn.Linear(shape[0], layer.channels, layer.bias)
    if layer.kind == "batch_norm":
        return _BATCH_NORMS[len(shape)](shape[0], layer.eps)
    if layer.kind == "prelu":
        return nn.PReLU(shape[0])
    return None


def _place(root: nn.Module, key: str, module: nn.Module) -> None:
    """Register a module under a dotted key, with empty modules on the way."""
    *path, last = key.split(".")
    for part in path:
        if not hasattr(root, part):
            root.add_module(part, nn.Module())
        root = root.get_submodule(part)
    root.add_module(last, module)


def _slide(layer: Layer, module: nn.Module | None, x: Tensor) -> Tensor:
    """Convolve or pool; padding that torch's operator cannot express is added first."""
    sizes = tuple(x.shape[2:])
    axes = len(sizes)
    # torch pads one number on all sides, and a dilated pooling less than its window would allow
    is_own = not isinstance(layer.padding, int) or (module is None and layer.dilation != 1)
    if is_own:
        sides = chain.from_iterable(reversed(pads(layer, sizes)))
        x = F.pad(x, tuple(sides), value=float("-inf") if layer.kind == "max_pool" else 0.0)
    if module is not None:
        output: Tensor = module(x)
        return output
    kernel, stride = per_axis(layer, layer.kernel, axes), per_axis(layer, layer.stride, axes)
    padding = pads(layer, sizes)[0][0] if not is_own else 0
    pooled: Tensor
    if layer.kind == "avg_pool":
        pooled = _AVG_POOLS[axes](x, kernel, stride, padding, layer.ceil_mode)
    else:
        dilation = per_axis(layer, layer.dilation, axes)
        pooled = _MAX_POOLS[axes](x, kernel, stride, padding, dilation, layer.ceil_mode)
    if is_own and layer.ceil_mode:
        # torch, which takes the padding for input here, may have added a window within it
        for axis, n in enumerate(output_shape(layer, [(x.shape[1], *sizes)])[1:], 2):
            pooled = pooled.narrow(axis, 0, n)
    return pooled


def _pointwise(layer: Layer, x: Tensor, in_place: bool, training: bool) -> Tensor:
    """Everything that holds no numbers and reads one layer."""
    match layer.kind:
        case "relu":
            return F.relu(x, in_place)
        case "relu6":
            return F.relu6(x, in_place)
        case "leaky_relu":
            return F.leaky_relu(x, layer.slope, in_place)
        case "tanh":
            return torch.tanh(x)
        case "sigmoid":
            return torch.sigmoid(x)
        case "softmax":
            return torch.softmax(x, 1)
        case "dropout":
            return F.dropout(x, layer.rate, training)
        case "adaptive_avg_pool":
            pooled: Tensor = _ADAPTIVE_POOLS[x.dim() - 2](x, layer.size)
            return pooled
        case "upsample":
            factors = per_axis(layer, layer.stride, x.dim() - 2)
            return F.interpolate(x, scale_factor=tuple(map(float, factors)), mode="nearest")
        case "flatten":
            return x.flatten(1)
        case "slice":
            return x[:, layer.offset : layer.offset + layer.channels]
        case _:
            raise ShapeError(f"{layer.name}: kind {layer.kind!r} cannot be run.")
