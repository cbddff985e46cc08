"""The core's arithmetic against torch's own operators; exact for integers."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from viz_app.core.convolution.operate import operate, swap_channels
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError

MODES = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "replicate",
    "circular": "circular",
}


@st.composite
def layers(draw, kind, fills=tuple(MODES)):
    dimensions, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    most = {1: 20, 2: 9, 3: 6}[dimensions]
    each = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * dimensions))  # noqa: E731
    low, high = each(0, 3), each(0, 3)
    op = Operation(
        kind, each(1, 4), each(1, 3), each(1, 3),
        padding="explicit", amounts=tuple(zip(low, high, strict=True)),
        fill=draw(st.sampled_from(fills)), groups=groups,
    )  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(-99, 100, (groups * draw(st.integers(1, 2)), *each(1, most)))
    filters = groups * draw(st.integers(1, 2))
    weights = rng.integers(-99, 100, (filters, len(x) // groups, *op.kernel))
    return op, x, weights, rng.integers(-99, 100, filters)


def possible(*layer):
    try:
        return operate(*layer)
    except ShapeError:
        assume(False)


def tensors(*arrays):
    return [torch.from_numpy(array.astype(np.float64, order="C")) for array in arrays]


def torch_pads(op):
    return [amount for pair in reversed(op.amounts) for amount in pair]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["correlate", "convolve"]).flatmap(layers))
def test_convolution_of_integers_equals_torch_exactly(layer):
    op, x, weights, bias = layer
    z = possible(*layer).z
    kernel = np.flip(weights, tuple(range(2, weights.ndim))) if op.turns_kernel else weights
    volume, kernel, offset = tensors(x[None], kernel, bias)
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(op.kernel) - 1]
    volume = F.pad(volume, torch_pads(op), MODES[op.fill])
    expected = conv(volume, kernel, offset, op.stride, 0, op.dilation, op.groups)[0]
    assert np.array_equal(z, expected.numpy())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_same_padding_equals_torch_s(data):
    op, x, weights, bias = data.draw(layers("correlate", ("zeros",)))
    ones = (1,) * len(op.kernel)
    op = Operation("correlate", op.kernel, ones, op.dilation, "same", groups=op.groups)
    volume, kernel, offset = tensors(x[None], weights, bias)
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(op.kernel) - 1]
    expected = conv(F.pad(volume, _same(op)), kernel, offset, 1, 0, op.dilation, op.groups)[0]
    assert np.array_equal(possible(op, x, weights, bias).z, expected.numpy())
    if all(d * (f - 1) % 2 == 0 for d, f in zip(op.dilation, op.kernel, strict=True)):
        own = conv(volume, kernel, offset, 1, "same", op.dilation, op.groups)[0]
        assert np.array_equal(expected, own)


def _same(op):
    """PyTorch's rule: the odd cell on the high side (it warns where it has to copy for it)."""
    pads = []
    for d, f in zip(reversed(op.dilation), reversed(op.kernel), strict=True):
        total = d * (f - 1)
        pads += [total // 2, total - total // 2]
    return pads


@settings(max_examples=150, deadline=None)
@given(layers("transposed", ("zeros",)), st.data())
def test_transposed_convolution_of_integers_equals_torch_exactly(layer, data):
    op, x, weights, bias = layer
    low = tuple(pair[0] for pair in op.amounts)
    extra = tuple(
        data.draw(st.integers(0, max(s, d) - 1))
        for s, d in zip(op.stride, op.dilation, strict=True)
    )
    op = Operation(
        "transposed", op.kernel, op.stride, op.dilation, "explicit",
        tuple((p, p) for p in low), output_padding=extra, groups=op.groups,
    )  # fmt: skip
    z = possible(op, x, weights, bias).z
    volume, kernel, offset = tensors(x[None], swap_channels(weights, op.groups), bias)
    conv = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[len(op.kernel) - 1]
    expected = conv(volume, kernel, offset, op.stride, low, extra, op.groups, op.dilation)[0]
    assert np.array_equal(z, expected.numpy())


@settings(max_examples=100, deadline=None)
@given(layers("correlate", ("zeros",)))
def test_max_pooling_and_its_winners_equal_torch(layer):
    op, x, *_ = layer
    p = tuple(min(pair[0], f // 2) for pair, f in zip(op.amounts, op.kernel, strict=True))
    op = Operation("max_pool", op.kernel, op.stride, op.dilation, "explicit",
                   tuple((q, q) for q in p))  # fmt: skip
    result = possible(op, x)
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(op.kernel) - 1]
    values, places = pool(*tensors(x[None]), op.kernel, op.stride, p, op.dilation,
                          return_indices=True)  # fmt: skip
    assert np.array_equal(result.z, values[0].numpy())
    flat = np.ravel_multi_index(tuple(np.moveaxis(result.winners, -1, 0)), x.shape[1:])
    assert np.array_equal(flat, places[0].numpy())


@settings(max_examples=100, deadline=None)
@given(layers("correlate", ("zeros",)), st.booleans())
def test_average_pooling_equals_torch(layer, count_ghosts):
    op, x, *_ = layer
    # torch's 3-D average pooling refuses an input smaller than the kernel, padded or not
    assume(all(n >= f for n, f in zip(x.shape[1:], op.kernel, strict=True)))
    p = tuple(min(pair[0], f // 2) for pair, f in zip(op.amounts, op.kernel, strict=True))
    op = Operation("average_pool", op.kernel, op.stride, padding="explicit",
                   amounts=tuple((q, q) for q in p), count_ghosts=count_ghosts)  # fmt: skip
    z = possible(op, x).z
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[len(op.kernel) - 1]
    expected = pool(*tensors(x[None]), op.kernel, op.stride, p, count_include_pad=count_ghosts)
    np.testing.assert_allclose(z, expected[0].numpy(), rtol=1e-13, atol=1e-13)


def test_decimals_agree_with_torch_to_rounding():
    rng = np.random.default_rng(5)
    x, weights, bias = rng.normal(size=(3, 20, 20)), rng.normal(size=(4, 3, 5, 5)), np.ones(4)
    expected = F.conv2d(*tensors(x[None], weights, bias))[0].numpy()
    z = operate(Operation(kernel=(5, 5)), x, weights, bias).z
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-12)
