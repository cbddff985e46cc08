"""The calculators: what a layer costs as a full connection, directly, and through a bottleneck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from viz_app.labs.networks.scene import Calculator, NetworksScene


@dataclass(frozen=True, slots=True)
class Bar:
    """One cost: its words, its number, its formula, and the colour it has everywhere.

    A number that is there for its formula alone is not drawn as a bar.
    """

    label: str
    value: int
    latex: str
    token: str
    is_drawn: bool = True


@dataclass(frozen=True, slots=True)
class Fit:
    """How windows of ``window`` cells, ``step`` apart, stand on ``side`` cells and ``pad`` more on
    either side."""

    side: int
    window: int
    step: int
    pad: int

    @property
    def count(self) -> int:
        """How many windows fit."""
        return (self.side + 2 * self.pad - self.window) // self.step + 1

    @property
    def left_over(self) -> int:
        """Cells at the end that no window takes in."""
        return max((self.side + 2 * self.pad - self.window) % self.step, 0)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a calculator shows: bars to compare, a verdict, and a picture of one kind.

    The picture is a curve over the bottleneck's widths, windows on a line of cells, or connections
    (``joined`` weights at each of ``places``); a calculator has the numbers of one of them.
    """

    title: str
    bars: tuple[Bar, ...]
    verdict: str
    fits: tuple[Fit, ...] = ()
    picture: str = "connections"
    curve: tuple[int, ...] = ()  # MACs at a bottleneck of 1, 2, …
    limit: int = 0  # the direct way's
    at: int = 0


def fully(scene: NetworksScene) -> Costs:
    """Weights of a full connection from the input to the layer's output, and the convolution's."""
    n, c, f, filters = scene.side, scene.depth, scene.window, scene.filters
    out = n - f + 1
    inputs, outputs = n * n * c, out * out * filters
    weights, shared = inputs * outputs, (f * f * c + 1) * filters
    many = (
        rf"{{\color{{input}}{{{n} \times {n} \times {c}}}}} \times "
        rf"{{\color{{output}}{{{out} \times {out} \times {filters}}}}} = "
        rf"{_tex(inputs)} \times {_tex(outputs)} = {{\color{{warning}}{{{_tex(weights)}}}}}"
    )
    few = (
        rf"({{\color{{kernel}}{{{f} \times {f}}}}} \times {{\color{{input}}{{{c}}}}} + 1) \times "
        rf"{{\color{{output}}{{{filters}}}}} = {{\color{{kernel}}{{{_tex(shared)}}}}}"
    )
    bars = (
        Bar("Fully connected, weights", weights, many, "warning"),
        Bar("Convolution, weights and biases", shared, few, "kernel"),
    )
    verdict = (
        f"The convolution needs {weights / shared:,.0f} times fewer numbers. Parameters are "
        f"shared: one filter serves all {out * out:,} places. Connections are sparse: each output "
        f"looks at {f * f * c:,} of {inputs:,} inputs."
    )
    return Costs("Why convolutions", bars, verdict)


def bottleneck(scene: NetworksScene) -> Costs:
    """Multiplications of an f×f convolution, directly and behind a 1×1 to fewer channels."""
    n, c, f, filters, b = scene.side, scene.depth, scene.window, scene.filters, scene.bottleneck
    places = n * n
    direct = places * filters * f * f * c
    first, second = places * b * c, places * filters * f * f * b
    out = rf"{{\color{{output}}{{{n} \times {n} \times {filters}}}}}"
    straight = (
        rf"{out} \times {{\color{{kernel}}{{{f} \times {f}}}}} \times {{\color{{input}}{{{c}}}}} "
        rf"= {{\color{{warning}}{{{_tex(direct)}}}}}"
    )
    narrow = (
        rf"{n} \times {n} \times {{\color{{kernel}}{{{b}}}}} \times {{\color{{input}}{{{c}}}}} + "
        rf"{out} \times {{\color{{kernel}}{{{f} \times {f} \times {b}}}}} = "
        rf"{_tex(first)} + {_tex(second)} = {{\color{{output}}{{{_tex(first + second)}}}}}"
    )
    bars = (
        Bar(f"{f}×{f} directly", direct, straight, "warning"),
        Bar(f"1×1 to {b} channels, then {f}×{f}", first + second, narrow, "output"),
    )
    even = filters * f * f * c / (c + filters * f * f)
    ratio = direct / (first + second)
    word = f"{ratio:.2f} times cheaper" if ratio >= 1 else f"{1 / ratio:.2f} times dearer"
    verdict = (
        f"The bottleneck is {word}. It breaks even at "
        f"{c}·{filters}·{f}² / ({c} + {filters}·{f}²) = {even:.1f} channels."
    )
    most = max(c, b, 2)
    curve = tuple(places * k * (c + filters * f * f) for k in range(1, most + 1))
    return Costs("Inception's cost", bars, verdict, (), "curve", curve, direct, b)


def one_by_one(scene: NetworksScene) -> Costs:
    """Weights of a 1×1 convolution and of an f×f with the same channels: what a 1×1 is for."""
    n, c, f, filters = scene.side, scene.depth, scene.window, scene.filters
    small, large = (c + 1) * filters, (f * f * c + 1) * filters
    bars = (
        Bar("1×1 convolution, weights and biases", small,
            _count_tex(1, c, filters, small), "kernel"),
        Bar(f"{f}×{f} convolution, weights and biases", large,
            _count_tex(f, c, filters, large), "warning"),
    )  # fmt: skip
    change = "fewer" if filters < c else "more" if filters > c else "as many"
    verdict = (
        f"{n}×{n}×{c} becomes {n}×{n}×{filters}: height and width stay, the channels become "
        f"{change}. At each of the {n * n:,} places it is one small full connection from {c:,} "
        f"numbers to {filters:,}, the same everywhere (network in network); with one channel it "
        "would only multiply by a number."
    )
    return Costs("What a 1×1 convolution does", bars, verdict, (), "places")


def residual(scene: NetworksScene) -> Costs:
    """Whether a[l] can be added to z[l+2], the W_s it needs where not, and the identity."""
    n, c, f, filters, s = scene.side, scene.depth, scene.window, scene.filters, scene.step
    pad = (f - 1) // 2
    out = (n + 2 * pad - f) // s + 1
    main = (f * f * c + 1) * filters + (f * f * filters + 1) * filters
    fits = out == n and c == filters
    projection = 0 if fits else c * filters
    shape = rf"{{\color{{input}}{{{n} \times {n} \times {c}}}}}"
    end = rf"{{\color{{output}}{{{out} \times {out} \times {filters}}}}}"
    skip = rf"{shape} = {end}" if fits else (
        rf"W_s: {{\color{{output}}{{{filters}}}}} \times {{\color{{input}}{{{c}}}}} = "
        rf"{{\color{{kernel}}{{{_tex(projection)}}}}}"
    )  # fmt: skip
    bars = (
        Bar(f"Main path, two {f}×{f}: weights and biases", main, rf"{shape} \to {end}", "kernel"),
        Bar("The skip a[l]" if fits else f"The skip Wₛ · a[l], a 1×1 with stride {s}: weights",
            projection, skip, "output"),
        Bar("All weights and biases zero", 0,
            r"a^{[l+2]} = g(0 \cdot a^{[l+1]} + 0 + a^{[l]}) = g(a^{[l]}) = a^{[l]}", "output",
            is_drawn=False),
    )  # fmt: skip
    word = (
        "The shapes agree, so the skip adds a[l] as it is and costs nothing. "
        if fits
        else f"{n}×{n}×{c} cannot be added to {out}×{out}×{filters}: Wₛ brings it to that shape. "
    )
    verdict = word + (
        "a[l] comes out of a ReLU, so g(a[l]) = a[l]: a block whose weights are zero is the "
        "identity, and a deeper network starts out no worse than a shallower one."
    )
    return Costs("Does the skip fit?", bars, verdict, (), "block")


def windows(scene: NetworksScene) -> Costs:
    """Whether windows fit on an input: AlexNet's 227 against the 224 of the paper."""
    n, f, s = scene.side, min(scene.window, 224), scene.step
    cases = (("as drawn", n, 0), ("the paper's 224", 224, 0), ("torchvision's, p = 2", 224, 2))
    bars, fits = [], []
    for words, side, pad in cases:
        fit = Fit(side, f, s, pad)
        fits.append(fit)
        exact = (side + 2 * pad - f) / s + 1
        tail = "" if exact == fit.count else rf" \to {{\color{{output}}{{{fit.count}}}}}"
        token = "output" if exact == fit.count else "warning"
        latex = (
            rf"\frac{{{{\color{{input}}{{{side}}}}} + 2 \cdot {{\color{{kernel}}{{{pad}}}}} - "
            rf"{{\color{{kernel}}{{{f}}}}}}}{{{{\color{{kernel}}{{{s}}}}}}} + 1 = "
            rf"{{\color{{{token}}}{{{exact:g}}}}}{tail}"
        )
        bars.append(Bar(f"n = {side}, {words}", fit.count, latex, token, is_drawn=False))
    exact = (224 - f) / s + 1
    if exact != int(exact):
        verdict = (
            f"224 gives {exact:g}, no whole number of windows: {int(exact)} fit, and "
            f"{_cells(fits[1].left_over)} at the end of each side that no window takes in. The "
            "paper says 224, its layers need 227; torchvision pads by 2 instead."
        )
    else:
        verdict = f"With f = {f} and s = {s} a side of 224 is met by a whole number of windows."
    return Costs("227 or 224?", tuple(bars), verdict, tuple(fits), "windows")


_CALCULATORS: dict[Calculator, Callable[[NetworksScene], Costs]] = {
    "fully": fully,
    "bottleneck": bottleneck,
    "one_by_one": one_by_one,
    "residual": residual,
    "alexnet": windows,
}


def costs_of(scene: NetworksScene) -> Costs:
    """What the chosen calculator shows."""
    return _CALCULATORS[scene.calculator](scene)


def _cells(count: int) -> str:
    return "one cell is left" if count == 1 else f"{count} cells are left"


def _count_tex(f: int, c: int, filters: int, total: int) -> str:
    return (
        rf"({{\color{{kernel}}{{{f} \times {f}}}}} \times {{\color{{input}}{{{c}}}}} + 1) \times "
        rf"{{\color{{output}}{{{filters}}}}} = {{\color{{kernel}}{{{_tex(total)}}}}}"
    )


def _tex(value: int) -> str:
    return f"{value:,}".replace(",", "{,}")
