"""A window slid over a picture: crop by crop, and all windows in one convolutional pass.

Fully connected layers become convolutions (Sermanet et al., "OverFeat", ICLR 2014): the first has
a kernel as large as the map that it flattened, those after it 1×1. Where no layer pads, both ways
give the same numbers; where one does, a crop sees zeros beyond its border and the one pass sees
the photo.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.pixels import to_tensor
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.core.layers import Layer, Network, Shape, rows, total_macs
from viz_app.nets.build import Net, build_frozen

Floats = NDArray[np.float32]
BATCH_CELLS = 16 * 160 * 160  # input pixels of the crops that run at a time


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A network for one window, the same as convolutions, and how far apart its windows lie."""

    net: Net
    dense: Net
    window: int
    stride: int
    names: tuple[str, ...]
    is_softmax: bool = False
    """whether the network's answer already went through its softmax"""

    @property
    def pads(self) -> bool:
        """Whether a layer pads, so that the two ways differ."""
        return any(layer.padding not in (0, ()) for layer in self.net.network.layers)


@dataclass(frozen=True, slots=True, eq=False)
class Slid:
    """How far the crops are, and the whole answer of the one pass.

    Parameters
    ----------
    size
        height and width of the picture that the windows slide over
    crops
        ``[R, C, K]``, NaN where the window was not yet run
    dense
        ``[R, C, K]`` of the one pass, at the same windows
    done
        crops run
    crop_macs
        multiplications of all crops
    dense_macs
        of the one pass
    """

    size: tuple[int, int]
    window: int
    stride: int
    names: tuple[str, ...]
    crops: Floats
    dense: Floats
    done: int
    crop_macs: int
    dense_macs: int
    crop_seconds: float
    dense_seconds: float
    pads: bool

    @property
    def count(self) -> int:
        """How many windows there are."""
        return int(self.dense.shape[0] * self.dense.shape[1])

    @property
    def gap(self) -> float:
        """The largest |Δ| of the two ways over the windows that were run; NaN before the first."""
        gaps = np.abs(self.crops - self.dense)
        return float(np.nanmax(gaps)) if self.done else float("nan")


def as_convolutions(net: Net, window: int) -> Net:
    """The same network with its fully connected layers as convolutions, for any size of input.

    Parameters
    ----------
    window
        side of the input that the network's fully connected layers are for

    Raises
    ------
    ShapeError
        if a layer on the way cannot be slid (an average over the map to more than one cell)
    """
    state = dict(net.state_dict())
    layers: list[Layer] = []
    renamed: dict[str, str] = {}
    flat: dict[str, Shape] = {}  # of what was flattened on the way, by layer
    for row in rows(_sized(net.network, window, window)):
        layer, source = row.layer, row.sources[0]
        shape = flat.get(source, row.input_shapes[0])
        inputs = tuple(renamed.get(name, name) for name in layer.inputs)
        if layer.kind == "flatten":
            flat[layer.name] = shape
            renamed[layer.name] = renamed.get(source, source)
            continue
        layer = replace(layer, inputs=inputs or (renamed.get(source, source),))
        if layer.kind == "linear":
            kernel = shape[1:] if len(shape) == 3 else (1, 1)
            key = f"{layer.key or layer.name}.weight"
            state[key] = state[key].reshape(layer.channels, shape[0], *kernel)
            layer = replace(layer, kind="conv", kernel=kernel)
            flat[layer.name] = (layer.channels, 1, 1)
        elif layer.kind == "adaptive_avg_pool":
            if layer.size != 1:
                raise ShapeError(f"{layer.name}: only an average over the whole map can slide.")
            layer = replace(layer, kind="avg_pool", kernel=shape[1:], stride=1)
        elif source in flat:
            flat[layer.name] = shape
        layers.append(layer)
    network = replace(net.network, layers=tuple(layers))
    return build_frozen(network, state).to(next(net.parameters()).device)


def classifier(
    net: Net, window: int, stride: int, names: tuple[str, ...], *, is_softmax: bool = False
) -> Classifier:
    """A network made ready to slide."""
    return Classifier(net, as_convolutions(net, window), window, stride, names, is_softmax)


def fitted(pixels: NDArray[np.uint8], window_px: float, what: Classifier) -> Tensor:
    """The picture at the scale at which a window of so many pixels is the network's.

    Each side is a whole number of strides beyond the window, so that the windows cover all.

    Returns
    -------
    Tensor
        float32 [1, 3, H, W] in [0, 1]
    """
    scale = what.window / window_px
    sides = []
    for length in pixels.shape[:2]:
        steps = round(max(length * scale - what.window, 0) / what.stride)
        sides.append(what.window + what.stride * steps)
    picture = to_tensor(pixels)
    if list(picture.shape[2:]) == sides:
        return picture
    return F.interpolate(picture, sides, mode="bilinear", antialias=True).clamp(0, 1)


def slide(
    what: Classifier, x: Tensor, every: int = 1, check: Callable[[], None] = lambda: None
) -> Iterator[Slid]:
    """Run the one pass, then the crops, some at a time.

    Parameters
    ----------
    x
        [1, 3, H, W] in the range that the network takes
    every
        crops lie so many of the network's own strides apart

    Raises
    ------
    ShapeError
        if the picture is smaller than the window
    NotFinite
        if an answer is not finite
    """
    height, width = x.shape[2:]
    if min(height, width) < what.window:
        raise ShapeError(f"The picture is smaller than the window of {what.window} pixels.")
    x = x.to(next(what.net.parameters()).device)
    started = time.perf_counter()
    with torch.inference_mode():
        full = _answer(what, what.dense, x, check)[0].permute(1, 2, 0)  # [R, C, K]
    dense_seconds = time.perf_counter() - started
    dense = full[::every, ::every].cpu().numpy()
    stride = what.stride * every
    windows = x[0].unfold(1, what.window, stride).unfold(2, what.window, stride)
    windows = windows.permute(1, 2, 0, 3, 4)  # [R, C, 3, f, f]
    rows_, columns = dense.shape[:2]
    crops = np.full_like(dense, np.nan)
    crop_macs = total_macs(_sized(what.net.network, what.window, what.window)) * rows_ * columns
    dense_macs = total_macs(_sized(what.dense.network, height, width))
    seconds = 0.0

    def so_far(done: int) -> Slid:
        return Slid(
            (height, width), what.window, stride, what.names, crops.copy(), dense, done,
            crop_macs, dense_macs, seconds, dense_seconds, what.pads,
        )  # fmt: skip

    yield so_far(0)
    batch = max(BATCH_CELLS // what.window**2, 1)
    flat = crops.reshape(-1, dense.shape[2])
    for first in range(0, len(flat), batch):
        check()
        places = torch.arange(first, min(first + batch, len(flat)))
        started = time.perf_counter()
        with torch.inference_mode():
            inputs = windows[places // columns, places % columns]
            answer = _answer(what, what.net, inputs, check)
        seconds += time.perf_counter() - started
        flat[first : first + batch] = answer.reshape(len(places), -1).cpu().numpy()
        yield so_far(first + len(places))


def _answer(what: Classifier, net: Net, x: Tensor, check: Callable[[], None]) -> Tensor:
    logits = net(x, net.network.output_names[:1], check)
    (answer,) = logits.values()
    answer = answer.float() if what.is_softmax else torch.softmax(answer.float(), 1)
    if not bool(torch.isfinite(answer).all()):
        raise NotFinite("The network's answer left the finite numbers: fetch its weights again.")
    return answer


def _sized(network: Network, height: int, width: int) -> Network:
    return replace(network, input_shape=(network.input_shape[0], height, width))
