"""The calculators: what a layer costs as a full connection, directly, and through a bottleneck."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.labs.networks.scene import NetworksScene


@dataclass(frozen=True, slots=True)
class Bar:
    """One cost: its words, its number, its formula, and the colour it has everywhere."""

    label: str
    value: int
    latex: str
    token: str


@dataclass(frozen=True, slots=True)
class Costs:
    """What a calculator shows: bars to compare, a verdict, a curve over the slider."""

    title: str
    bars: tuple[Bar, ...]
    verdict: str
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
    return Costs("Inception's cost", bars, verdict, curve, direct, b)


def costs_of(scene: NetworksScene) -> Costs:
    """What the chosen calculator shows."""
    return fully(scene) if scene.calculator == "fully" else bottleneck(scene)


def _tex(value: int) -> str:
    return f"{value:,}".replace(",", "{,}")
