"""The inspector of the convolution lab."""

from __future__ import annotations

from collections.abc import Callable

from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.convolution.examples import examples
from viz_app.labs.convolution.kernels import CHOICES
from viz_app.labs.convolution.scene import (
    MOST_CELLS,
    MOST_CHANNELS,
    MOST_FILTERS,
    MOST_PAD,
    MOST_STEP,
    MOST_TAPS,
    ConvolutionScene,
)

Scene = ConvolutionScene
Test = Callable[[Scene], bool]


def on(*views: str) -> Test:
    """Usable in these views."""
    return lambda scene: scene.view in views


def both(*tests: Test) -> Test:
    """Usable where all of these hold."""
    return lambda scene: all(test(scene) for test in tests)


def _is_3d(scene: Scene) -> bool:
    return scene.dimensions == 3


def _has_rows(scene: Scene) -> bool:
    return scene.dimensions > 1


def _has_kernel(scene: Scene) -> bool:
    return not scene.is_pool


def _has_window(scene: Scene) -> bool:
    return not scene.kind.startswith("global")


def _is_transposed(scene: Scene) -> bool:
    return scene.kind == "transposed"


def _is_photo(scene: Scene) -> bool:
    return scene.source == "photo"


STEP, STEP_OR_COMPARE = on("step"), on("step", "compare")
WINDOW = on("step", "photo", "compare")


def _taps(scene: Scene) -> tuple[float, float]:
    return 1, MOST_TAPS[scene.dimensions]


def _cells(scene: Scene) -> tuple[float, float]:
    return 1, MOST_CELLS[scene.dimensions]


VIEW = Choice(
    "view",
    "View",
    (
        Option("step", "Step", "Step through the arithmetic, cell by cell."),
        Option("photo", "Photo", "The whole photo, filtered while the kernel changes."),
        Option("learn", "Learn", "Gradient descent finds the kernel of a wanted edge map."),
        Option("compare", "Compare", "Cross-correlation beside convolution; (A∗B)∗C = A∗(B∗C)."),
    ),
    "What this lab shows.",
)

INPUT = Group(
    "Input",
    (
        Choice(
            "dimensions",
            "Dimensions",
            (
                Option(1, "1-D", "A signal: one window slides along one line."),
                Option(2, "2-D", "An image: the window slides right and down."),
                Option(3, "3-D", "A volume: the window slides through the depth as well."),
            ),
            "Along how many axes the window slides.",
            is_usable=STEP,
        ),
        Choice(
            "source",
            "Input",
            (
                Option("example", "Example", "An example of the course, or another made ready."),
                Option("numbers", "Numbers", "Your own: type into a cell, or paste (Ctrl+Alt+V)."),
                Option("photo", "Photo", "A piece of the current photo, whole numbers 0 to 255."),
                Option("random", "Random", "Whole numbers from 0 to 9 from a seed."),
            ),
            "Where the input's numbers come from.",
            is_usable=STEP_OR_COMPARE,
        ),
        Choice(
            "example",
            "Example",
            tuple(Option(name, e.title, e.note) for name, e in examples().items()),
            "The course's worked examples, with its kernel, and further inputs.",
            style="list",
            is_usable=STEP_OR_COMPARE,
        ),
    ),
)

CHANNEL = Group(
    "Channel of the photo",
    (
        Choice(
            "channel",
            "Channel",
            (
                Option("grey", "Grey", "0.299 R + 0.587 G + 0.114 B; in Step rounded."),
                Option("red", "R", "The red channel."),
                Option("green", "G", "The green channel."),
                Option("blue", "B", "The blue channel."),
                Option("rgb", "RGB", "All three channels as one volume."),
            ),
            "Which numbers of the photo are the input.",
            is_usable=lambda s: s.view in ("photo", "learn") or (_is_photo(s) and s.view == "step"),
        ),
    ),
)

OPERATION = Group(
    "Operation",
    (
        Choice(
            "kind",
            "Operation",
            (
                Option("correlate", "Correlate", "Σ x·w: what the course calls convolution."),
                Option("convolve", "Convolve", "The kernel turned by 180° first, as in maths."),
                Option("transposed", "Transposed", "Each input adds its value times the kernel."),
                Option("max_pool", "Max pool", "The largest number of each window."),
                Option("average_pool", "Average pool", "The mean of each window."),
                Option("global_max", "Global max", "The largest number of the whole input."),
                Option("global_average", "Global average", "The mean of the whole input."),
            ),
            "What is done with each window.",
            style="chips",
            is_usable=on("step", "photo"),
        ),
    ),
)

KERNEL = Group(
    "Kernel",
    (
        Choice(
            "kernel",
            "Kernel",
            tuple(Option(name, label, f"The kernel “{name}”.") for name, label in CHOICES.items()),
            "The numbers of the kernel; type into its cells for your own.",
            style="chips",
            is_usable=both(WINDOW, _has_kernel),
        ),
    ),
)

GEOMETRY = Group(
    "Geometry",
    (
        Choice(
            "padding",
            "Padding",
            (
                Option("valid", "Valid", "No padding: n − f + 1 cells come out."),
                Option("same", "Same", "So much that ⌈n/s⌉ cells come out: p = (f − 1)/2."),
                Option("full", "Full", "f − 1 on every side: every overlap counts."),
                Option("explicit", "p", "As many cells as the sliders say, for each side."),
            ),
            "How many cells are added around the input.",
            is_usable=both(WINDOW, _has_window),
        ),
        Slider("taps", "Size f", 1, 11, "Cells of the kernel along every axis.", colour="kernel",
               limits=_taps, is_usable=both(WINDOW, _has_window)),
        Slider("pad", "Padding p", 0, MOST_PAD, "Cells added on every side.",
               is_usable=both(WINDOW, _has_window)),
        Slider("stride", "Stride s", 1, MOST_STEP, "Cells from one window to the next.",
               is_usable=both(WINDOW, _has_window)),
        Slider("dilation", "Dilation d", 1, MOST_STEP,
               "Cells from one kernel cell to the next; 1 leaves no holes.",
               is_usable=both(WINDOW, _has_window)),
        Choice(
            "fill",
            "Padding holds",
            (
                Option("zeros", "Zeros", "Padding holds zeros."),
                Option("reflect", "Mirror", "The input mirrored; its edge is not repeated."),
                Option("replicate", "Edge", "The nearest cell of the edge."),
                Option("circular", "Wrap", "The input again from its other side."),
            ),
            "What the padding holds.",
            is_usable=both(WINDOW, _has_window, lambda s: not _is_transposed(s)),
        ),
    ),
)  # fmt: skip

LAYER = Group(
    "Layer",
    (
        Slider("channels", "Channels", 1, MOST_CHANNELS,
               "Channels of the input; each filter has as many.",
               is_usable=both(STEP, lambda s: not _is_photo(s))),
        Slider("filters", "Filters", 1, MOST_FILTERS, "Each filter makes a channel of the output.",
               is_usable=both(STEP, _has_kernel)),
        Slider("groups", "Groups", 1, MOST_CHANNELS,
               "Channels fall into so many groups; as many as channels is depthwise.",
               is_usable=both(STEP, _has_kernel)),
        Slider("bias_here", "b of the filter", -20, 20, "Bias of the filter that is looked at.",
               0.5, colour="kernel", is_usable=both(STEP, _has_kernel, lambda s: s.has_bias)),
        Toggle("has_bias", "Bias b", "z = w∗x + b, one b for each filter.",
               is_usable=both(STEP, _has_kernel)),
        Toggle("relu", "ReLU", "a = max(z, 0): negative outputs become 0.", is_usable=STEP),
        Toggle("count_ghosts", "Count padding",
               "The mean divides by the whole window, padding included.",
               is_usable=both(STEP, lambda s: s.kind == "average_pool")),
    ),
)  # fmt: skip

SIZE = Group(
    "Input size",
    (
        Slider("cells_z", "Depth", 1, 64, "Slices of the input.", limits=_cells,
               is_usable=both(STEP, _is_3d)),
        Slider("cells_y", "Height", 1, 64, "Rows of the input.", limits=_cells,
               is_usable=both(STEP, _has_rows)),
        Slider("cells_x", "Width", 1, 64, "Columns of the input.", limits=_cells, is_usable=STEP),
        Slider("pixels_a_cell", "Pixels a cell", 1, 16,
               "Each cell is the mean of so many by so many pixels.",
               is_usable=both(STEP, _is_photo)),
        Slider("seed", "Seed", 0, 9999, "The random numbers that this seed gives.",
               is_usable=both(STEP, lambda s: s.source == "random" or s.kernel == "random")),
    ),
)  # fmt: skip

BY_AXIS = both(STEP, _has_rows, _has_window)
EACH_AXIS = Group(
    "Each axis and side",
    (
        Slider("taps_y", "Kernel height", 1, 11, "Rows of the kernel.", colour="kernel",
               limits=_taps, is_usable=BY_AXIS),
        Slider("taps_x", "Kernel width", 1, 11, "Columns of the kernel.", colour="kernel",
               limits=_taps, is_usable=BY_AXIS),
        Slider("stride_y", "Stride down", 1, MOST_STEP, "Rows from one window to the next.",
               is_usable=BY_AXIS),
        Slider("stride_x", "Stride across", 1, MOST_STEP, "Columns from one window to the next.",
               is_usable=BY_AXIS),
        Slider("dilation_y", "Dilation down", 1, MOST_STEP, "Rows between kernel cells.",
               is_usable=BY_AXIS),
        Slider("dilation_x", "Dilation across", 1, MOST_STEP, "Columns between kernel cells.",
               is_usable=BY_AXIS),
        Slider("before_y", "Pad top", 0, MOST_PAD, "Rows added above.", is_usable=BY_AXIS),
        Slider("after_y", "Pad bottom", 0, MOST_PAD, "Rows added below.", is_usable=BY_AXIS),
        Slider("before_x", "Pad left", 0, MOST_PAD, "Columns added on the left.",
               is_usable=both(STEP, _has_window)),
        Slider("after_x", "Pad right", 0, MOST_PAD, "Columns added on the right.",
               is_usable=both(STEP, _has_window)),
    ),
)  # fmt: skip

DEPTH = Group(
    "Along the depth",
    (
        Slider("taps_z", "Kernel depth", 1, 11, "Slices of the kernel.", colour="kernel",
               limits=_taps, is_usable=both(BY_AXIS, _is_3d)),
        Slider("stride_z", "Stride in depth", 1, MOST_STEP, "Slices from window to window.",
               is_usable=both(BY_AXIS, _is_3d)),
        Slider("dilation_z", "Dilation in d.", 1, MOST_STEP, "Slices between kernel cells.",
               is_usable=both(BY_AXIS, _is_3d)),
        Slider("before_z", "Pad front", 0, MOST_PAD, "Slices added in front.",
               is_usable=both(BY_AXIS, _is_3d)),
        Slider("after_z", "Pad back", 0, MOST_PAD, "Slices added behind.",
               is_usable=both(BY_AXIS, _is_3d)),
    ),
)  # fmt: skip

TRANSPOSED = Group(
    "Transposed",
    (
        Slider("output_padding", "Output padding", 0, MOST_STEP - 1,
               "Cells added at the end of a transposed output, less than the stride.",
               is_usable=both(STEP, _is_transposed)),
        Toggle("scatters", "Scatter", "Steps over the input: each adds to many outputs.",
               both(STEP, _is_transposed)),
    ),
)  # fmt: skip

SHOW = Group(
    "Show",
    (
        Toggle("shows_products", "Products", "The weight in each cell of the window.", STEP),
        Toggle("shows_ahead", "Cells ahead", "Outputs that the steps have not reached.", STEP),
        Toggle("shows_coverage", "Coverage", "How many outputs use each input cell.", STEP),
        Toggle("shows_unused", "Unused", "Input cells that no window reads.", STEP),
        Toggle("loops", "Loop", "Begin again after the last step.", STEP),
        Toggle("has_motion", "Motion", "The kernel is seen turning and the window gliding.", STEP),
    ),
)  # fmt: skip

PHOTO = Group(
    "Map",
    (
        Choice(
            "map",
            "Map",
            (
                Option("signed", "Signed", "Blue below zero, white at zero, red above."),
                Option("grey", "Grey", "As a picture: 0 black, 255 white, the rest cut."),
                Option("magnitude", "Magnitude", "√(u² + v²) of the kernel and it transposed."),
                Option("angle", "Angle", "Direction of the edge as a hue, its strength as light."),
            ),
            "How the numbers of the output become colours.",
            style="chips",
            is_usable=on("photo"),
        ),
    ),
)

LEARN = Group(
    "Learning",
    (
        Choice(
            "target",
            "Target",
            (
                Option("kernel", "Edge map", "What a chosen kernel makes of the photo."),
                Option("drawn", "Drawn", "Draw where the output should answer."),
            ),
            "What the output is to become.",
            is_usable=on("learn"),
        ),
        Choice(
            "wanted",
            "Kernel to find",
            tuple(Option(n, label) for n, label in CHOICES.items() if n not in ("own", "random")),
            "The kernel whose edge map is the target; learning does not see its numbers.",
            style="list",
            is_usable=both(on("learn"), lambda s: s.target == "kernel"),
        ),
        Slider("learned_taps", "Size f", 3, 11, "Cells of the learned kernel, along each axis.", 2,
               colour="kernel", is_usable=on("learn")),
        Slider("rate", "Learning rate", 1e-4, 2, "How far each step goes; acts while running.",
               0.0001, is_log=True, colour="kernel", is_usable=on("learn")),
        Choice(
            "optimiser",
            "Optimiser",
            (
                Option("plain", "Plain", "w ← w − η·gradient."),
                Option("momentum", "Momentum", "With 0.9 of the last step."),
                Option("adam", "Adam", "Each number at its own pace."),
            ),
            "How a step follows from the gradient.",
            is_usable=on("learn"),
        ),
    ),
)  # fmt: skip

GROUPS = (
    INPUT, CHANNEL, OPERATION, PHOTO, LEARN, GEOMETRY, TRANSPOSED, KERNEL, LAYER, SIZE, SHOW,
    EACH_AXIS, DEPTH,
)  # fmt: skip
