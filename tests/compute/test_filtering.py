import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_app.compute.convolution import filter_planes, to_planes
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError

KINDS = ("correlate", "convolve", "transposed", "max_pool", "average_pool",
         "global_max", "global_average")  # fmt: skip


@st.composite
def cases(draw):
    size = st.integers
    op = Operation(
        draw(st.sampled_from(KINDS)),
        (draw(size(1, 4)), draw(size(1, 4))),
        (draw(size(1, 3)), draw(size(1, 3))),
        (draw(size(1, 2)), draw(size(1, 2))),
        draw(st.sampled_from(("valid", "same", "full", "explicit"))),
        ((draw(size(0, 2)), draw(size(0, 2))),),
        draw(st.sampled_from(("zeros", "reflect", "replicate", "circular"))),
        relu=draw(st.booleans()),
        count_ghosts=draw(st.booleans()),
    )
    shape = (draw(size(1, 3)), draw(size(4, 9)), draw(size(4, 9)))
    return op, shape, draw(size(1, 2)), draw(size(0, 99))


@settings(max_examples=150, deadline=None)
@given(cases())
def test_a_photo_is_filtered_as_the_arithmetic_says(case):
    op, shape, filters, seed = case
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, shape)
    weights = bias = None
    if not op.is_pool:
        weights = rng.integers(-3, 4, (filters, shape[0], *op.kernel))
        bias = rng.integers(-5, 6, filters)
    try:
        expected = operate(op, x, weights, bias).a
    except ShapeError:
        return
    planes = torch.from_numpy(x).double()
    y = filter_planes(op, planes, weights, bias).numpy()
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-9)


def test_float32_keeps_whole_numbers_of_a_photo_exact():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (1, 40, 50))
    weights = rng.integers(-10, 11, (1, 1, 5, 5))
    y = filter_planes(Operation(kernel=(5, 5)), to_planes(x), weights).numpy()
    assert y.dtype == np.float32
    assert np.array_equal(y, operate(Operation(kernel=(5, 5)), x, weights).z)


def test_a_kernel_larger_than_the_photo_is_refused_with_what_would_fit():
    with pytest.raises(ShapeError, match="padding"):
        filter_planes(Operation(kernel=(9, 9)), torch.zeros(1, 4, 4), np.ones((1, 1, 9, 9)))


@pytest.mark.parametrize("width", [17, 31, 32, 33, 80])
@pytest.mark.parametrize("taps", [1, 2, 5, 11])
def test_one_filter_side_by_side_gives_every_column(width, taps):
    rng = np.random.default_rng(width)
    x = rng.integers(0, 256, (2, 14, width))
    weights = rng.integers(-9, 10, (1, 2, taps, taps))
    op = Operation(kernel=(taps, taps))
    y = filter_planes(op, torch.from_numpy(x).double(), weights).numpy()
    assert np.array_equal(y, operate(op, x, weights).z)
