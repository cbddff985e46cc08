"""Style transfer in one pass: a network that was trained to paint, instead of an optimisation.

Two published networks, run as they are by onnxruntime (a file in this format holds a graph of
known operators and numbers; nothing in it is executed as a program):

- *arbitrary style* (Ghiasi, Lee, Kudlur, Dumoulin and Shlens, "Exploring the structure of a
  real-time, arbitrary neural artistic stylization network", BMVC 2017): one part turns a style
  picture into a code of 100 numbers, the other paints the content by that code. Codes can be
  mixed; the content's own code leaves the picture nearly as it was, which makes the strength.
- *26 styles* (after Dumoulin, Shlens and Kudlur, "A learned representation for artistic style",
  ICLR 2017): one network with a weight for each of its styles; weights can be mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viz_app.core.errors import NotFinite, WeightsError

Pixels = NDArray[np.uint8]
Code = NDArray[np.float32]
"""What the painting part knows of a style: 100 numbers."""

CODE_SIZE = 100
STYLE_SIDE, CONTENT_SIDE = 256, 384
STYLES = 26
_STEP = 4  # the painter halves its picture twice


class Painter(Protocol):
    """A network as it is run here: arrays in by name, the first output back."""

    def __call__(self, **arrays: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run it."""


def load(data: bytes, threads: int = 0) -> Painter:
    """Make a network runnable.

    Parameters
    ----------
    data
        the bytes of an ONNX file whose sha256 was checked
    threads
        how many threads may work; 0: one a core

    Raises
    ------
    WeightsError
        if the file cannot be run
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # its warnings speak of the graph, not of the user's picture
    try:
        session = onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])
    except Exception as error:  # its own exceptions have no common public class
        raise WeightsError(
            "This network file cannot be run: fetch it again in Networks."
        ) from error
    names = [argument.name for argument in session.get_inputs()]

    def run(**arrays: NDArray[np.float32]) -> NDArray[np.float32]:
        fed = dict(zip(names, arrays.values(), strict=True))
        output: Any = session.run(None, fed)[0]
        return np.asarray(output, np.float32)

    return run


def style_code(predict: Painter, style: Pixels) -> Code:
    """The code of a style picture, float32 [100].

    Parameters
    ----------
    predict
        the predicting part
    style
        uint8 [H, W, 3]; it is resized to 256 × 256 as in the network's training
    """
    image = Image.fromarray(style).resize((STYLE_SIDE, STYLE_SIDE), Image.Resampling.BICUBIC)
    code = predict(style=_unit(np.asarray(image))[None])
    return _finite(code).reshape(CODE_SIZE)


def mixed(codes: Sequence[Code], weights: Sequence[float], content: Code, strength: float) -> Code:
    """The weighted mean of codes, moved towards the content's own code.

    Parameters
    ----------
    codes, weights
        one or more styles and their shares (not negative; they need not sum to 1)
    content
        the code of the content itself
    strength
        1: the styles alone; 0: the content's own code

    Returns
    -------
    Code
        strength · Σ wᵢ codeᵢ / Σ wᵢ + (1 − strength) · content

    Raises
    ------
    ValueError
        if no weight is positive
    """
    shares = np.asarray(weights, np.float64)
    if shares.sum() <= 0 or (shares < 0).any():
        raise ValueError("one of the styles must have a positive weight")
    style = np.tensordot(shares / shares.sum(), np.asarray(codes, np.float64), 1)
    return np.asarray(strength * style + (1 - strength) * content, np.float32)


def paint(transform: Painter, content: Pixels, code: Code) -> Pixels:
    """The content painted by a style's code, its longer side 384 px.

    The painting part takes squares of 384 px only, so the picture is continued by its own mirror
    image to a square, and what was added is cut off again.

    Parameters
    ----------
    transform
        the painting part
    content
        uint8 [H, W, 3]
    code
        of the style, float32 [100]

    Returns
    -------
    Pixels
        uint8 [h, w, 3] with max(h, w) = 384
    """
    image = _fitted(content, CONTENT_SIDE)
    height, width = image.shape[:2]
    margins = ((0, CONTENT_SIDE - height), (0, CONTENT_SIDE - width), (0, 0))
    square = np.pad(image, margins, mode="symmetric")
    painted = transform(content=_unit(square)[None], code=code.reshape(1, 1, 1, CODE_SIZE))[0]
    return _pixels(painted[:height, :width])


def paint_mixed(
    network: Painter,
    content: Pixels,
    weights: NDArray[np.float32],
    side: int,
    strength: float = 1,
) -> Pixels:
    """The content painted in a mix of the 26 styles.

    Parameters
    ----------
    network
        the network of 26 styles
    content
        uint8 [H, W, 3]
    weights
        float32 [26], not all 0; they are scaled to sum to 1
    side
        of the answer's longer side, in pixels
    strength
        1: painted; 0: the content (this network has no code for it, so the pixels are mixed)

    Returns
    -------
    Pixels
        uint8 [h, w, 3]; h and w are multiples of 4

    Raises
    ------
    ValueError
        if the weights are not 26, or none is positive
    """
    if weights.shape != (STYLES,) or (weights < 0).any() or weights.sum() <= 0:
        raise ValueError("26 weights are needed, one of them positive")
    image = _unit(_fitted(content, side, _STEP))
    share = (weights / weights.sum()).astype(np.float32)
    painted = network(image=np.ascontiguousarray(image.transpose(2, 0, 1))[None], weights=share)
    mix = strength * painted[0].transpose(1, 2, 0) + (1 - strength) * image
    return _pixels(mix)


def _fitted(pixels: Pixels, side: int, step: int = 1) -> Pixels:
    """Resized so that the longer side is ``side``; both are multiples of ``step``."""
    factor = side / max(pixels.shape[:2])
    height, width = (max(step, round(n * factor / step) * step) for n in pixels.shape[:2])
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _unit(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(pixels, np.float32) / np.float32(255)


def _pixels(values: NDArray[np.float32]) -> Pixels:
    rounded: Pixels = (_finite(values).clip(0, 1) * 255).round().astype(np.uint8)
    return rounded


def _finite(values: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(values).all():
        raise NotFinite("The network's answer left the finite numbers: fetch its files again.")
    return values
