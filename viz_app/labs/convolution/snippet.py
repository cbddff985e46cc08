"""Copy as PyTorch: short programs that print the numbers on the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from viz_app.core.convolution.geometry import Axis
from viz_app.core.convolution.operation import Kind
from viz_app.core.records import Picture
from viz_app.files.images import MAX_SIDE_PX
from viz_app.files.samples import path_of
from viz_app.labs.convolution.compare import compared
from viz_app.labs.convolution.layer import Layer, layer_of
from viz_app.labs.convolution.learn_snippet import learn_program
from viz_app.labs.convolution.numbers import Array
from viz_app.labs.convolution.photo import PhotoLayer, photo_layer
from viz_app.labs.convolution.scene import Channel, ConvolutionScene

KINDS: tuple[tuple[Kind, str], ...] = (
    ("correlate", "cross-correlation"),
    ("convolve", "convolution"),
)


def snippet(scene: ConvolutionScene, picture: Picture | None) -> str:
    """The program for a scene. Raises VizError where the layer is impossible."""
    if scene.view == "compare":
        return compare_program(scene, picture)
    if scene.view == "photo":
        return photo_program(scene, picture)
    if scene.view == "learn":
        channel = "grey" if scene.channel == "rgb" else scene.channel
        return learn_program(scene, _opening(channel, picture))
    return layer_program(layer_of(scene, picture))


def layer_program(layer: Layer) -> str:
    """A program that prints the output of a layer."""
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        "",
        f"x = {_tensor(layer.x)}  # [channels, {_axes(layer)}]",
    ]
    if layer.weights is not None:
        lines.append(f"w = {_tensor(layer.weights)}  # [filters, channels/groups, {_axes(layer)}]")
    if layer.bias is not None:
        lines.append(f"b = {_tensor(layer.bias)}")
    lines += ["", *_operation(layer)]
    if layer.op.relu:
        lines.append("y = y.relu()")
    is_whole = layer.a.dtype.kind == "i"
    lines.append(f"print(y[0]{'.long()' if is_whole else ''}.tolist())")
    return "\n".join(lines) + "\n"


def _operation(layer: Layer | PhotoLayer) -> list[str]:
    op, axes, d = layer.op, layer.axes, len(layer.axes)
    if op.is_global:
        dims = tuple(range(2, 2 + d))
        name = "amax" if op.is_maximum else "mean"
        return [f"y = x[None].{name}(dim={dims}, keepdim=True)"]
    stride = tuple(axis.stride for axis in axes)
    dilation = tuple(axis.dilation for axis in axes)
    size = tuple(axis.f for axis in axes)
    if op.kind == "transposed":
        return _transposed(layer)
    if op.is_maximum:
        value = ", value=float('-inf')" if op.fill == "zeros" else ""
        return [
            f"x = {_padded('x[None]', axes, op.fill, value)}",
            f"y = F.max_pool{d}d(x, {size}, stride={stride}, dilation={dilation})",
        ]
    if op.is_pool:
        return _average(layer, stride, dilation, size)
    lines = [f"x = {_padded('x[None]', axes, op.fill)}"]
    if op.turns_kernel:
        lines.append(f"w = w.flip({', '.join(str(-i) for i in range(1, d + 1))})  # turned by 180°")
    bias = "b" if layer.bias is not None else "None"
    lines.append(
        f"y = F.conv{d}d(x, w, {bias}, stride={stride}, dilation={dilation}, groups={op.groups})"
    )
    return lines


def _average(
    layer: Layer | PhotoLayer,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    size: tuple[int, ...],
) -> list[str]:
    """The mean as a depthwise convolution with ones, which can be dilated and leave ghosts out."""
    op, axes, d = layer.op, layer.axes, len(layer.axes)
    channels = layer.channels
    call = f"stride={stride}, dilation={dilation}, groups={channels}"
    lines = [
        f"one = torch.ones({(channels, 1, *size)}, dtype=x.dtype)",
        f"total = F.conv{d}d({_padded('x[None]', axes, op.fill)}, one, {call})",
    ]
    if op.count_ghosts:
        return [*lines, "y = total / one[0].numel()"]
    inside = _padded("torch.ones_like(x)[None]", axes, op.fill)
    return [*lines, f"count = F.conv{d}d({inside}, one, {call})", "y = total / count"]


def _transposed(layer: Layer | PhotoLayer) -> list[str]:
    op, axes, d = layer.op, layer.axes, len(layer.axes)
    assert layer.weights is not None
    filters, width = layer.weights.shape[:2]
    groups = op.groups
    stride = tuple(axis.stretch for axis in axes)
    dilation = tuple(axis.dilation for axis in axes)
    crops: list[int] = []
    for axis in reversed(axes):
        edge = axis.reach - 1
        crops += [axis.low - edge, axis.high - edge]
    lines = [
        f"w = w.reshape({groups}, {filters // groups}, {width}, *w.shape[2:])",
        "w = w.transpose(1, 2).flatten(0, 1)  # as conv_transpose wants it: channels first",
        f"y = F.conv_transpose{d}d(x[None], w, stride={stride}, dilation={dilation}, "
        f"groups={groups})",
    ]
    if any(crops):
        lines.append(f"y = F.pad(y, {tuple(crops)})  # the padding crops, the output padding adds")
    if layer.bias is not None:
        lines.append(f"y = y + b.view(1, -1{', 1' * d})")
    return lines


def _padded(name: str, axes: tuple[Axis, ...], fill: str, value: str = "") -> str:
    pads: list[int] = []
    for axis in reversed(axes):  # torch begins with the last axis
        pads += [axis.low, axis.high]
    if not any(pads):
        return name
    mode = f', mode="{fill}"' if fill != "zeros" else ""
    return f"F.pad({name}, {tuple(pads)}{mode}{value})"


def _tensor(array: Array) -> str:
    return f"torch.tensor({_rows(array.tolist())}, dtype=torch.float64)"


def _rows(values: Any, depth: int = 0) -> str:
    """Nested lists with a row on each line."""
    if not isinstance(values, list) or not values or not isinstance(values[0], list):
        return str(values)
    inner = (",\n" + "    " * (depth + 1)).join(_rows(v, depth + 1) for v in values)
    return "[\n" + "    " * (depth + 1) + inner + ",\n" + "    " * depth + "]"


def _axes(layer: Layer) -> str:
    return ", ".join(axis.name for axis in layer.axes)


def compare_program(scene: ConvolutionScene, picture: Picture | None) -> str:
    """A program that prints both outputs, and both ways round of (A∗B)∗C."""
    small = compared(scene)
    lines = ["import torch", "import torch.nn.functional as F", ""]
    for kind, name in KINDS:
        layer = layer_of(replace(small, kind=kind), picture)
        assert layer.weights is not None
        if kind == "correlate":
            lines += [f"image = {_tensor(layer.x)}", f"kernel = {_tensor(layer.weights)}", ""]
        lines += ["x, w = image, kernel", *_operation(layer)]
        lines.append(f'print("{name}", y[0, 0].tolist())')
    names = [f"{name} = {_tensor(getattr(scene, name).array())}" for name in "abc"]
    return "\n".join([*lines, _FULL, *names, _BOTH_WAYS])


_FULL = '''

def full(a, b, turned):
    """Every overlap of two arrays, with the second turned (convolution) or not."""
    pad = (b.shape[1] - 1, b.shape[1] - 1, b.shape[0] - 1, b.shape[0] - 1)
    b = b.flip(0, 1) if turned else b
    return F.conv2d(F.pad(a, pad)[None, None], b[None, None])[0, 0]

'''
_BOTH_WAYS = """for turned in (True, False):
    left, right = full(full(a, b, turned), c, turned), full(a, full(b, c, turned), turned)
    print("convolution" if turned else "cross-correlation", left.tolist(), right.tolist())
    print("equal" if torch.allclose(left, right, rtol=0, atol=1e-9) else "different")
"""
_OPEN = """\
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

image = ImageOps.exif_transpose(Image.open({path!r})).convert("RGB")
image = image.reduce(-(-max(image.size) // {most}))  # a larger one is opened smaller
pixels = np.array(image).astype("float64")
x = torch.from_numpy({channels})  # [channels, height, width]
"""
_CHANNELS = {
    "grey": "(pixels @ [0.299, 0.587, 0.114])[None]",
    "red": "pixels[..., 0][None]",
    "green": "pixels[..., 1][None]",
    "blue": "pixels[..., 2][None]",
    "rgb": "pixels.transpose(2, 0, 1).copy()",
}


def _opening(channel: Channel, picture: Picture | None) -> str:
    path = path_of(picture.ref or picture.name) if picture is not None else "photo.jpg"
    return _OPEN.format(path=path, most=MAX_SIDE_PX, channels=_CHANNELS[channel])


def photo_program(scene: ConvolutionScene, picture: Picture | None) -> str:
    """A program that filters the photo and prints the output's size and range."""
    layer = photo_layer(scene, picture)
    lines = [_opening(scene.channel, picture).rstrip("\n")]
    if layer.weights is not None:
        lines.append(f"w = {_tensor(layer.weights)}")
    lines += _operation(layer)
    lines.append("print((*y.shape[2:], y.min().item(), y.max().item()))  # height, width, range")
    return "\n".join(lines) + "\n"
