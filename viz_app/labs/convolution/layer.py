"""The layer that a scene describes, with every number in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viz_app.core.convolution.geometry import Axis, Ints
from viz_app.core.convolution.operate import operate, padded
from viz_app.core.convolution.operation import Operation
from viz_app.core.records import Picture
from viz_app.labs.convolution.examples import examples
from viz_app.labs.convolution.kernels import weights_of
from viz_app.labs.convolution.numbers import Array, fitted
from viz_app.labs.convolution.scene import ConvolutionScene

GREY = (0.299, 0.587, 0.114)  # Rec. 601 luma, as Pillow's and OpenCV's


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece of a photo in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One operation on its input: layouts as in ``core.convolution``.

    ``seen`` is the input as the window meets it, stretched and padded; ``lines`` tell for each
    axis which input cell stands there.
    """

    op: Operation
    x: Array
    weights: Array | None
    bias: Array | None
    axes: tuple[Axis, ...]
    z: Array
    a: Array
    winners: Ints | None
    seen: Array
    lines: tuple[Ints, ...]

    @property
    def channels(self) -> int:
        """Channels of the input."""
        return len(self.x)

    @property
    def out(self) -> tuple[int, ...]:
        """Cells of one filter's output."""
        return self.a.shape[1:]


def layer_of(scene: ConvolutionScene, picture: Picture | None) -> Layer:
    """Compute the layer.

    Raises
    ------
    ShapeError, NotFinite
        if it cannot be; the sentence says what would
    """
    x, op = input_of(scene, picture), scene.operation()
    weights, bias = kernel_of(scene), bias_of(scene)
    result = operate(op, x, weights, bias)
    seen, lines = padded(op, x)
    return Layer(
        op, x, weights, bias, op.axes(x.shape[1:]), result.z, result.a, result.winners, seen, lines
    )


def input_of(scene: ConvolutionScene, picture: Picture | None) -> Array:
    """The input [C, *n]; black while the photo is still being read."""
    shape = (scene.input_channels, *scene.spatial)
    if scene.source == "photo":
        if picture is None:
            return np.zeros(shape, dtype=np.int64)
        return cropped(picture, crop_of(scene, picture), scene)
    if scene.source == "random":
        return np.random.default_rng(scene.seed).integers(0, 10, shape)
    if scene.source == "numbers" and scene.numbers is not None:
        return fitted(scene.numbers.array(), shape)
    known = examples()
    example = known.get(scene.example, next(iter(known.values())))
    return fitted(example.x, shape)


def kernel_of(scene: ConvolutionScene) -> Array | None:
    """The weights [F, C/groups, *f]; None in pooling."""
    if scene.is_pool:
        return None
    width = max(scene.input_channels // scene.groups, 1)
    own = scene.weights.array() if scene.weights is not None else None
    shape = (scene.filters, width, *scene.along("taps"))
    return weights_of(own, scene.kernel, shape, scene.seed)


def bias_of(scene: ConvolutionScene) -> Array | None:
    """The bias [F], or None."""
    if scene.is_pool or not scene.has_bias:
        return None
    values = [scene.bias[i] if i < len(scene.bias) else 0 for i in range(scene.filters)]
    is_whole = all(isinstance(v, int) for v in values)
    return np.array(values, dtype=np.int64 if is_whole else np.float64)


def crop_of(scene: ConvolutionScene, picture: Picture) -> Crop:
    """The piece of the photo that the cells show, inside the photo."""
    k = scene.pixels_a_cell
    width, height = min(scene.cells_x * k, picture.width), min(scene.cells_y * k, picture.height)
    x = scene.crop_x if scene.crop_x >= 0 else (picture.width - width) // 2
    y = scene.crop_y if scene.crop_y >= 0 else (picture.height - height) // 2
    return Crop(min(x, picture.width - width), min(y, picture.height - height), width, height)


def cropped(picture: Picture, crop: Crop, scene: ConvolutionScene) -> Array:
    """Whole numbers from 0 to 255; a cell of several pixels is their rounded mean."""
    k = scene.pixels_a_cell
    pixels = picture.pixels[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    planes = channels_of(pixels, scene.channel)
    rows, columns = planes.shape[1] // k, planes.shape[2] // k
    if not rows or not columns:  # a photo smaller than one cell
        planes, rows, columns = planes.mean(axis=(1, 2), keepdims=True), 1, 1
    elif k > 1:
        planes = planes[:, : rows * k, : columns * k].reshape(-1, rows, k, columns, k)
        planes = planes.mean(axis=(2, 4))
    whole = np.rint(planes).astype(np.int64)
    return fitted(whole, (len(whole), *scene.spatial))


def channels_of(pixels: Array, channel: str) -> Array:
    """One or three channels [C, H, W] of RGB pixels [H, W, 3], from 0 to 255."""
    if channel == "rgb":
        return np.moveaxis(pixels, -1, 0)
    if channel == "grey":
        grey: Array = pixels @ np.array(GREY)
        return grey[None]
    return pixels[None, :, :, ("red", "green", "blue").index(channel)]


def scattered(layer: Layer, step: int) -> Array:
    """A transposed convolution after the first input cells have added their part  # [F, *out]."""
    part = np.zeros_like(layer.x)
    flat = part.reshape(len(part), -1)
    flat[:, :step] = layer.x.reshape(len(part), -1)[:, :step]
    result: Array = operate(layer.op, part, layer.weights, layer.bias).a
    return result
