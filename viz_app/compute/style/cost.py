"""The cost of a generated picture, term by term, as plain functions on activations.

Notation: a is one layer's activation, n_C × n_H × n_W, of the content picture C, the style
picture S or the generated picture G. Leading axes of size 1 are welcome everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

_HALVES = (torch.bfloat16, torch.float16)


def content_cost(a_c: Tensor, a_g: Tensor) -> Tensor:
    """J_content = ½ ‖a(C) − a(G)‖², a sum over the whole layer.

    Parameters
    ----------
    a_c, a_g
        activations of one layer, [..., n_C, n_H, n_W] both

    Returns
    -------
    Tensor
        a scalar in float32 or better

    Notes
    -----
    Gatys, Ecker and Bethge (2015), equation 1. The course's exercise has 1/(4 n_H n_W n_C) in
    place of ½.
    """
    return 0.5 * F.mse_loss(exact(a_g), exact(a_c), reduction="sum")


def gram(a: Tensor) -> Tensor:
    """Gram matrix G[k, k'] = Σ_ij a[i, j, k] a[i, j, k'], not normalised.

    Symmetric, positive semi-definite, and the same for any order of the positions. Both factors
    are the same matrix, so the gradient takes one product, a (∂G + ∂Gᵀ), where differentiating
    a product of two matrices would take two.

    Parameters
    ----------
    a
        activation [..., n_C, n_H, n_W]; leading axes count as further positions

    Returns
    -------
    Tensor
        [n_C, n_C], in float32 or better; each entry of a bfloat16 activation's is rounded once,
        to its eight bits, after the sum
    """
    matrix: Tensor = _Gram.apply(a)  # type: ignore[no-untyped-call]
    return matrix


def style_cost(gram_s: Tensor, gram_g: Tensor, positions: float) -> Tensor:
    """J_style = ‖G(S) − G(G)‖²_F / (2 n_H n_W n_C)² of one layer.

    Parameters
    ----------
    gram_s, gram_g
        Gram matrices [n_C, n_C], both summed over the same number of positions
    positions
        n_H n_W; with a guide T the Σ T² in its place

    Notes
    -----
    Gatys, Ecker and Bethge (2015), equation 4. The square belongs to the norm; a formula that
    is seen without it is a slip.
    """
    filters = gram_s.shape[-1]
    return F.mse_loss(gram_g, gram_s, reduction="sum") / (2 * positions * filters) ** 2


def style_slope(gram_s: Tensor, gram_g: Tensor, positions: float) -> Tensor:
    """The matrix E with ∂J_style/∂a = a E, a as one row a position: (G(G) − G(S)) / (n_H n_W n_C)².

    Parameters
    ----------
    gram_s, gram_g, positions
        as for :func:`style_cost`

    Notes
    -----
    Gatys, Ecker and Bethge (2015), equation 6; the ReLU's part is left to its own derivative.
    """
    return (gram_g - gram_s) / (positions * gram_s.shape[-1]) ** 2


def guided(a: Tensor, guide: Tensor | None) -> Tensor:
    """T ∘ a: an activation [..., n_C, n_H, n_W] under a guide [n_H, n_W]; itself without one.

    Its Gram matrix sums over the guided places only, Σ T² positions in all (Gatys, Ecker, Bethge,
    Hertzmann and Shechtman, 2017, arXiv:1611.07865, section 4).
    """
    return a if guide is None else a * guide


def total_variation(picture: Tensor) -> Tensor:
    """TV = Σ (x[i+1, j] − x[i, j])² + (x[i, j+1] − x[i, j])² over all rows, columns and colours.

    Parameters
    ----------
    picture
        [..., 3, H, W]

    Notes
    -----
    The squared form of Mahendran and Vedaldi (2015, arXiv:1412.0035), their β = 2.
    """
    columns = F.mse_loss(picture[..., :, 1:], picture[..., :, :-1], reduction="sum")
    rows = F.mse_loss(picture[..., 1:, :], picture[..., :-1, :], reduction="sum")
    return columns + rows


def total_cost(
    terms: Sequence[Tensor], alpha: float, beta: float, lambdas: Sequence[float], variation: float
) -> Tensor:
    """J(G) = α J_content + β Σ_l λ[l] J_style[l] + τ TV.

    Parameters
    ----------
    terms
        scalars: J_content, then J_style[l] for each layer, then TV
    alpha, beta, lambdas, variation
        α, β, λ[l] for each layer, τ
    """
    content, *style, tv = terms
    weighted = [beta * factor * term for factor, term in zip(lambdas, style, strict=True)]
    return alpha * content + sum(weighted) + variation * tv


class _Gram(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, a: Tensor) -> Tensor:
        ctx.save_for_backward(a)
        rows = rows_of(a)  # [n_H·n_W, n_C]
        return exact(rows.t() @ rows)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (a,) = ctx.saved_tensors
        rows = rows_of(a)
        product = rows @ (gradient + gradient.t()).to(a.dtype)  # [n_H·n_W, n_C]
        return product.view(a.movedim(-3, -1).shape).movedim(-1, -3)


def rows_of(a: Tensor) -> Tensor:
    """[n_H·n_W, n_C], one row a position; of a channels-last activation this is a view."""
    return a.movedim(-3, -1).reshape(-1, a.shape[-3])


def exact(x: Tensor) -> Tensor:
    """At least float32: a difference of two halves has no digits left."""
    return x.float() if x.dtype in _HALVES else x
