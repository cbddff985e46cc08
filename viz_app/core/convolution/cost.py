"""What a layer costs: parameters and multiplications, beside a fully connected layer's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError


@dataclass(frozen=True, slots=True)
class Cost:
    """Counts for one layer.

    Parameters
    ----------
    output
        shape [F, *out]
    weights, biases
        parameters, the two kinds apart
    multiplications
        products of an input value with a weight; products with padding count, as in the course
    additions
        sums needed for them, the bias included; for pooling, additions or comparisons
    dense_weights, dense_biases
        parameters of the fully connected layer between the same input and output; it multiplies
        once for each weight
    """

    output: tuple[int, ...]
    weights: int
    biases: int
    multiplications: int
    additions: int
    dense_weights: int
    dense_biases: int

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    @property
    def dense_parameters(self) -> int:
        """Weights and biases of the fully connected layer."""
        return self.dense_weights + self.dense_biases


def cost(
    op: Operation, spatial: Sequence[int], channels: int, filters: int = 1, *, bias: bool = True
) -> Cost:
    """Count one layer.

    32×32×3 through six 5×5 filters costs 456 parameters where the fully connected layer needs
    14,450,688 weights (course, week 1, "Why convolutions"; its slide prints 156 for 456).

    Parameters
    ----------
    spatial, channels
        size of the input
    filters
        output channels; pooling keeps the input's
    bias
        whether each filter has one

    Raises
    ------
    ShapeError
        if the layer is impossible
    """
    for count, what in ((channels, "channels"), (filters, "filters"), (op.groups, "groups")):
        if count < 1:
            raise ShapeError(f"The number of {what} is {count}: make it at least 1.")
    axes = op.axes(spatial)
    filters = channels if op.is_pool else filters
    if not op.is_pool and (channels % op.groups or filters % op.groups):
        raise ShapeError(
            f"{op.groups} groups divide {channels} channels and {filters} filters unevenly: make"
            f" the number of groups {math.gcd(op.groups, channels, filters)}."
        )
    outputs = math.prod(axis.out for axis in axes)
    taps = math.prod(axis.f for axis in axes)
    fan_in = taps * (1 if op.is_pool else channels // op.groups)
    inputs = math.prod(spatial)
    dense = linear(inputs * channels, outputs * filters)
    multiplications = weights = biases = 0
    additions = filters * outputs * (fan_in - 1)
    if not op.is_pool:
        weights, biases = filters * fan_in, filters * bias
        # A transposed convolution scatters: one product for each input cell and kernel cell.
        multiplications = filters * fan_in * (inputs if op.kind == "transposed" else outputs)
        additions = multiplications - filters * outputs * (not bias)
    shape = (filters, *(axis.out for axis in axes))
    return Cost(shape, weights, biases, multiplications, max(additions, 0), *dense)


def linear(inputs: int, outputs: int) -> tuple[int, int]:
    """Weights and biases of a fully connected layer: 3×10⁹ for 1000×1000×3 → 1000."""
    return inputs * outputs, outputs
