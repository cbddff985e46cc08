"""The questions why a unit fired, and the job that answers them on the engine's thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from viz_app.core.architectures.published import published_table
from viz_app.core.layers import INPUT, rows
from viz_app.core.own import OwnNetwork
from viz_app.core.records import Picture
from viz_app.engine.engine import Progress, Turn
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations.jobs import Pixels, input_of, network_of
from viz_app.labs.activations.layers import Asked, Stage, seen_by, stages_of, table_of
from viz_app.labs.activations.scene import ActivationsScene, Method, Size

if TYPE_CHECKING:
    from torch import Tensor

    from viz_app.compute.attribution import Target
    from viz_app.compute.attribution_rules import Rule
    from viz_app.nets.build import Net

Baseline = Literal["mean", "black", "blurred"]
METHODS: tuple[Method, ...] = (
    "gradient", "times", "guided", "deconv", "cam", "integrated", "occlusion",
)  # fmt: skip
"""From the quickest to the slowest."""
RULES: Mapping[Method, Rule] = {"gradient": "plain", "guided": "guided", "deconv": "deconv"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The number that is explained: a unit of a layer, or a class of the network (layer "").

    A class −1 is the one that the network takes the image for.
    """

    image: str
    network: Asked
    size: Size
    layer: str
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A method with its own settings; what it does not use is left empty."""

    subject: Subject
    method: Method
    layer: str = ""
    baseline: Baseline = "mean"
    amount: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """An answer, or what is known of it so far.

    ``values`` is float32 [3, H, W], or [H, W] for Grad-CAM and occlusion, for each pixel of
    ``square``, what the network looked at. ``index`` names the unit or class. ``gap`` is of
    integrated gradients, with ``moved`` = f(x) − f(baseline).
    """

    question: Question
    square: Pixels
    values: NDArray[np.float32]
    value: float
    index: tuple[int, ...]
    is_whole: bool
    progress: Progress
    moved: float | None = None
    gap: float | None = None


def subject_of(scene: ActivationsScene, picture: Picture, unit: tuple[int, int]) -> Subject:
    """What a scene explains on a picture."""
    ref = picture.ref or picture.name
    if scene.why_target == "class":
        return Subject(ref, scene.net, "224", "", (scene.why_class,))
    index = (scene.channel, *unit)
    return Subject(ref, scene.net, scene.size, scene.asked, index)


def questions_of(scene: ActivationsScene, subject: Subject) -> tuple[Question, ...]:
    """What a scene asks about it: one method, or all."""
    methods = METHODS if scene.is_compared else (scene.why_method,)
    return tuple(_question(method, scene, subject) for method in methods)


def _question(method: Method, scene: ActivationsScene, subject: Subject) -> Question:
    match method:
        case "cam":
            stages = cam_stages(subject.network, subject.layer)
            names = [stage.name for stage in stages]
            chosen = scene.why_layer if scene.why_layer in names else default_cam(stages, subject)
            after = next(stage.after for stage in stages if stage.name == chosen)
            is_own = after != subject.layer and chosen == _stage_name(subject)
            return Question(subject, method, subject.layer if is_own else after)
        case "times":
            return Question(subject, method, baseline=scene.why_baseline)
        case "integrated":
            return Question(subject, method, baseline=scene.why_baseline, amount=scene.why_steps)
        case "occlusion":
            return Question(subject, method, baseline=scene.why_baseline, amount=scene.why_square)
        case _:
            return Question(subject, method)


def cam_stages(network: Asked, layer: str) -> tuple[Stage, ...]:
    """The layers whose maps lead to a layer, its own among them; all for a class (layer "")."""
    stages = stages_of(network)
    if not layer:
        return stages
    if isinstance(network, OwnNetwork) and network.traced is not None:  # who reads whom is unknown
        names = [stage.name for stage in stages]
        return stages[: names.index(layer) + 1] if layer in names else stages
    table = {row.layer.name: row.sources for row in rows(table_of(network))}
    below, waiting = set(), [layer]
    while waiting:
        name = waiting.pop()
        if name != INPUT and name not in below:
            below.add(name)
            waiting += table[name]
    return tuple(stage for stage in stages if stage.before in below)


def default_cam(stages: tuple[Stage, ...], subject: Subject) -> str:
    """The last layer below what is explained; its own if there is none."""
    own = _stage_name(subject)
    below = [stage.name for stage in stages if stage.name != own]
    return below[-1] if below else own


def _stage_name(subject: Subject) -> str:
    names = (s.name for s in stages_of(subject.network) if subject.layer in (s.before, s.after))
    return next(names, "") if subject.layer else ""


def explain(
    store: WeightsStore, picture: Picture, questions: tuple[Question, ...]
) -> Callable[[Turn], Generator[Explained, None, None]]:
    """Answer questions about one subject, one after the other."""

    def job(turn: Turn) -> Generator[Explained, None, None]:
        from viz_app.compute.pixels import to_tensor

        subject = questions[0].subject
        net = network_of(turn, store, subject.network)
        square = input_of(picture.pixels, subject.network, subject.size)
        x = to_tensor(square).to(next(net.parameters()).device)
        target = _target(net, x, subject, turn)
        for question in questions:
            turn.check()
            for answer in _answers(net, x, target, question, turn):
                yield _explained(question, square, target, answer)

    return job


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    values: NDArray[np.float32]
    value: float
    done: int = 1
    total: int = 1
    moved: float | None = None
    gap: float | None = None


def _explained(question: Question, square: Pixels, target: Target, a: _Answer) -> Explained:
    unit = "squares" if question.method == "occlusion" else "steps"
    return Explained(
        question, square, a.values, a.value, target.index, a.done >= a.total,
        Progress(a.done, a.total, unit), a.moved, a.gap,
    )  # fmt: skip


def _target(net: Net, x: Tensor, subject: Subject, turn: Turn) -> Target:
    import torch

    from viz_app.compute.attribution import Target

    if subject.layer:
        return Target(subject.layer, subject.index)
    (name,) = net.network.output_names
    index = subject.index[0]
    if index < 0:
        with torch.inference_mode():
            index = int(net(x, (name,), turn.check)[name][0].argmax())
    return Target(name, (index,))


def _answers(
    net: Net, x: Tensor, target: Target, question: Question, turn: Turn
) -> Iterator[_Answer]:
    from viz_app.compute import attribution, attribution_passes

    check = turn.check
    if question.method in RULES:
        one = attribution.gradient(net, x, target, RULES[question.method], check)
        yield _Answer(one.values, one.value)
    elif question.method == "cam":
        one = attribution.grad_cam(net, x, question.layer, target, check)
        yield _Answer(attribution.enlarged(one.values, (x.shape[2], x.shape[3])), one.value)
    else:
        baseline = attribution_passes.baseline_of(net, x, question.baseline)
        if question.method == "times":
            one = attribution.gradient_times_input(net, x, baseline, target, check)
            yield _Answer(one.values, one.value)
        elif question.method == "integrated":
            for p in attribution_passes.integrated_gradients(
                net, x, baseline, target, question.amount, check
            ):
                moved = p.value - p.baseline_value
                yield _Answer(p.values, p.value, p.done, p.total, moved, p.gap)
        else:
            side, field = question.amount, None
            if question.subject.layer:
                _channel, row, column = target.index
                field = seen_by(
                    question.subject.network, target.layer, row, column, x.shape[2], x.shape[3]
                )
            for p in attribution_passes.occlusion(
                net, x, baseline, target, side, max(side // 2, 1), field, check
            ):
                yield _Answer(p.values, p.value, p.done, p.total)


def output_layer(network: str) -> str:
    """The row of the layer table that answers with the classes' logits."""
    (name,) = published_table(network).output_names
    return name
