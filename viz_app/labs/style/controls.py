"""The style lab's controls, each with the formula that it acts on."""

from __future__ import annotations

from collections.abc import Callable

from viz_app.core.style_terms import (
    BETA_UNIT,
    FILTERS_UNIT,
    STYLE_LAYERS,
    VARIATION_UNIT,
)
from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.style.one_pass_controls import ONE_PASS_GROUPS, of_run
from viz_app.labs.style.scene import (
    FEWEST_STEPS,
    MORE_LAYERS,
    MOST,
    MOST_STEPS,
    MOST_STYLES,
    OFF,
    SCALES,
    SIZES,
    StyleScene,
    lambda_field,
    shown_factor,
)

COST = "J(G) = α J_content + β Σ λ[l] J_style[l] + τ TV"
LIVE = "Acts on the running optimisation at its next step; the left end is off."


def _factor(field: str, label: str, tip: str, colour: str = "accent") -> Slider:
    return Slider(
        field,
        label,
        OFF,
        MOST,
        f"{tip}\n{LIVE}",
        0.01,
        is_log=True,
        colour=colour,
        shown=shown_factor,
        is_usable=_IS_USABLE.get(field, _has_style if field.startswith("lambda") else _always),
    )


def _always(scene: StyleScene) -> bool:
    return True


def _has_content(scene: StyleScene) -> bool:
    return scene.mode != "style"


def _has_style(scene: StyleScene) -> bool:
    return scene.mode != "content"


_IS_USABLE = {"alpha": _has_content, "beta": _has_style}


def _has_all(layer: str) -> Callable[[StyleScene], bool]:
    """A layer with number four is VGG-19's."""
    return lambda s: _has_style(s) and (s.network == "vgg19" or not layer.endswith("_4"))


def _has_style_number(number: int) -> Callable[[StyleScene], bool]:
    return lambda s: _has_style(s) and len(s.styles) >= number


def _shows_more_layers(scene: StyleScene) -> bool:
    return scene.has_more_layers or len(scene.style_layers) > len(STYLE_LAYERS)


def _is_transfer(scene: StyleScene) -> bool:
    return scene.mode == "transfer"


def _begins_with_noise(scene: StyleScene) -> bool:
    return scene.mode != "transfer" or scene.start == "noise"


MODE = Choice(
    "mode",
    "What is painted",
    (
        Option("transfer", "Transfer", "The content picture in the manner of the style picture."),
        Option(
            "content",
            "Content alone",
            "β = 0, from noise: what the content layer knows of the picture.",
        ),
        Option(
            "style", "Style alone", "α = 0, from noise: what the Gram matrices know of the style."
        ),
    ),
    COST,
    style="chips",
)
BELOW = Choice(
    "below",
    "Below the picture",
    (
        Option("costs", "Costs", "J, its terms and the length of its gradient, step by step."),
        Option("layers", "Layers", "β λ[l] J_style[l] of each style layer, step by step."),
        Option("gram", "Gram", "Gram matrices: those of the style S, of the picture G, and S − G."),
    ),
    "What is shown below the picture.",
)
GRAM_LAYER = Choice(
    "gram_layer",
    "Layer of the Gram matrices",
    tuple(Option(name, name.removeprefix("conv")) for name in STYLE_LAYERS),
    "Gram matrix of a layer: G[k, k'] = Σ over positions of a[k] · a[k'].",
)

WEIGHTS = Group(
    "Weights, live",
    (
        _factor(
            "alpha",
            "Content α",
            f"{COST}\nJ_content = ½ ‖a(C) − a(G)‖²; α = slider / (n_H n_W n_C) of its layer.",
            "input",
        ),
        _factor("beta", "Style β", f"{COST}\nβ = {BETA_UNIT:,.0f} · slider.", "kernel"),
        _factor(
            "variation",
            "Smooth τ",
            f"{COST}\nTV = Σ squared differences of neighbouring pixels; "
            f"τ = {VARIATION_UNIT:g} · slider / (3 H W).",
        ),
        Slider(
            "rate",
            "Learning rate",
            OFF,
            MOST,
            "Learning rate: a step of Adam moves a pixel by about 0.03 · slider of the range from "
            "black to white; L-BFGS takes slider × its own step, all of it from 1 on, where "
            "only its longest steps grow.\n"
            "Acts on the running optimisation.",
            0.01,
            is_log=True,
        ),
    ),
)
LAMBDAS = Group(
    "Style layers λ, live",
    (
        *(
            _factor(
                f"lambda_{i}",
                name,
                f"J_style[l] = ‖G(S) − G(G)‖²_F / (2 n_H n_W n_C)² of {name}; "
                f"λ[l] = slider · ({FILTERS_UNIT} / n_C)⁴.",
                "kernel",
            )
            for i, name in enumerate(STYLE_LAYERS, 1)
        ),
        Toggle(
            "has_more_layers",
            "More layers",
            "A λ for each of the other convolutions; a layer takes part once its λ is not off, "
            "and the picture is carried over.",
            _has_style,
        ),
    ),
)
MORE_LAMBDAS = Group(
    "More style layers λ",
    tuple(
        Slider(
            lambda_field(name),
            name,
            OFF,
            MOST,
            f"J_style[l] of {name}; λ[l] = slider · ({FILTERS_UNIT} / n_C)⁴.\n{LIVE}",
            0.01,
            is_log=True,
            colour="kernel",
            shown=shown_factor,
            is_usable=_has_all(name),
        )
        for name in MORE_LAYERS
    ),
    _shows_more_layers,
)
BLEND = Group(
    "Styles, live",
    tuple(
        Slider(
            f"blend_{i}",
            f"Style {i}",
            OFF,
            MOST,
            "The style is Σ w[s] G(S[s]) over the style pictures; w[s] is the slider over the sum "
            f"of the sliders.\n{LIVE}",
            0.01,
            is_log=True,
            colour="kernel",
            shown=shown_factor,
            is_usable=_has_style_number(i),
        )
        for i in range(1, MOST_STYLES + 1)
    ),
    lambda s: len(s.styles) > 1 and (s.view == "optimise" or s.one_pass == "arbitrary_style"),
)
STYLE_SCALE = Slider(
    "style_scale",
    "Style scale",
    *SCALES,
    "Longer side of the style picture, in longer sides of the painted one: more makes larger "
    "strokes. The picture is carried over.",
    0.01,
    is_log=True,
    is_usable=_has_style,
)


def _size_tip(size: int) -> str:
    tip = f"Longer side {size} pixels."
    return tip if size <= 1024 else f"{tip} On a processor a step takes ten seconds and more."


def _content_option(layer: str) -> Option:
    is_late = layer.endswith("_4")
    tip = "Of VGG-19 only." if is_late else ""
    return Option(layer, layer, tip, lambda s: s.network == "vgg19" or not is_late)


JUDGE = Group(
    "Network",
    (
        Choice(
            "network",
            "Network",
            (
                Option("vgg16", "VGG-16", "Thirteen convolutions."),
                Option("vgg19", "VGG-19", "Sixteen, as in the paper; its file is 575 MB."),
            ),
            "What judges the pictures. The picture is carried over.",
        ),
        Choice(
            "pooling",
            "Pooling",
            (
                Option("max", "Maximum", "As the network was trained."),
                Option("average", "Average", "Smoother pictures (Gatys et al., 2015)."),
            ),
            "How the network halves its maps. The picture is carried over.",
        ),
    ),
)

RUN_GROUPS = (
    Group("What is painted", (MODE,)),
    WEIGHTS,
    LAMBDAS,
    MORE_LAMBDAS,
    Group(
        "Content layer",
        (
            Choice(
                "content_layer",
                "Content layer",
                tuple(
                    _content_option(f"conv{s}_{k}")
                    for s, depth in enumerate((2, 2, 4, 4, 4), 1)
                    for k in range(1, depth + 1)
                ),
                "The layer whose activation a(C) the picture keeps: early layers keep every pixel, "
                "late ones only what is there. The picture is carried over.",
                style="list",
                is_usable=_has_content,
            ),
        ),
    ),
    JUDGE,
    Group(
        "Optimiser",
        (
            Choice(
                "optimiser",
                "Optimiser",
                (
                    Option("adam", "Adam", "Robust; many small steps."),
                    Option("lbfgs", "L-BFGS", "Learns how the cost bends: fewer steps needed."),
                ),
                "How a gradient becomes a step; may be changed while it runs.",
            ),
        ),
    ),
    Group(
        "Start from",
        (
            Choice(
                "start",
                "Start from",
                (
                    Option("content", "Content", "The content picture itself."),
                    Option("noise", "Noise", "Evenly spread noise, the same for the same seed."),
                    Option(
                        "picture",
                        "Picture",
                        "The picture that was painted last; before there is one, the content.",
                    ),
                ),
                "What a run begins with.",
                is_usable=_is_transfer,
            ),
            Slider(
                "seed",
                "Seed",
                0,
                9999,
                "Which noise: the same number gives the same noise everywhere.",
                is_usable=_begins_with_noise,
            ),
        ),
    ),
    Group(
        "Size, longer side in pixels",
        (
            Choice(
                "size",
                "Size",
                tuple(Option(s, str(s), _size_tip(s)) for s in SIZES),
                "Time and memory grow with the square of it. The picture is carried over.",
                style="chips",
            ),
            Toggle(
                "is_coarse_to_fine",
                "Coarse to fine",
                "Paint at half and quarter the size first, at least 128 px: large forms come "
                "sooner, and the first steps are quick.",
                lambda s: s.size >= 2 * SIZES[0],
            ),
            STYLE_SCALE,
        ),
    ),
    Group(
        "End",
        (
            Slider(
                "steps",
                "Steps",
                FEWEST_STEPS,
                MOST_STEPS,
                "The run ends after so many steps; more lets it go on.",
                10,
            ),
            Toggle(
                "is_plateau_end",
                "At a plateau",
                "End once 40 steps have lowered J by less than a thousandth.",
            ),
        ),
    ),
    Group(
        "Colours",
        (
            Choice(
                "colours",
                "Colours",
                (
                    Option("style", "Style's", "The colours come with the style."),
                    Option(
                        "luminance",
                        "Original",
                        "The content picture's colours, with the brightness that was painted.",
                    ),
                    Option(
                        "histogram",
                        "Matched",
                        "The style picture gets the content's mean colour and spread before its "
                        "style is measured (Gatys et al., 2016).",
                    ),
                ),
                "Whose colours the picture has.",
            ),
            Toggle(
                "is_wiped",
                "Before and after",
                "Content left of a line that can be dragged, the painted picture right of it.",
            ),
        ),
    ),
    Group(
        "Numbers",
        (
            Choice(
                "precision",
                "Precision",
                (
                    Option("auto", "Fast", "bfloat16 where the processor has it, then float32."),
                    Option("float32", "Exact", "float32 throughout."),
                ),
                "What the network is computed in.",
            ),
        ),
    ),
)


GROUPS = (
    *ONE_PASS_GROUPS,
    *map(of_run, RUN_GROUPS[:2]),
    BLEND,
    *map(of_run, RUN_GROUPS[2:]),
)
