"""The Learn view's part of the presenter: a kernel found by gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from viz_app.core.errors import NotFinite
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.engine.mailbox import Mailbox
from viz_app.labs.convolution import colours, jobs
from viz_app.labs.convolution.figure import Block, Figure, Plane
from viz_app.labs.convolution.jobs import LearnStep, Lesson
from viz_app.labs.convolution.kernels import CHOICES, named
from viz_app.labs.convolution.layer import channels_of
from viz_app.labs.convolution.numbers import Array
from viz_app.labs.convolution.scene import ConvolutionScene
from viz_app.labs.convolution.trouble import Trouble
from viz_app.labs.presenter import Runs

LANE, TARGET_LANE = "convolution.learn", "convolution.target"
MOST_PX = 640  # along a side: of a larger photo the middle is learned from
BRUSH_PX = 2.5
MOST_STROKES = 600
MOST_POINTS = 2000  # of the loss curve
FOUND = 0.01  # of the largest number: then the kernel counts as found

Stroke = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LessonShown:
    """What the Learn view shows: three maps of one scale, two kernels, the loss."""

    photo: colours.Pixels
    target: colours.Pixels | None
    output: colours.Pixels | None
    kernels: Figure
    losses: tuple[tuple[int, float], ...]
    words: str
    state: str  # idle | running | paused | done
    is_drawn: bool


class LearnView(Protocol):
    """What the Learn view shows."""

    def show_lesson(self, shown: LessonShown | None) -> None:
        """Show how far learning is; None while the photo is being read."""


class LearnDesk:
    """Starts, pauses and resets the descent; the learning rate goes to it as it moves."""

    def __init__(
        self, view: LearnView, runner: Runs, trouble: Trouble, change: Callable[..., None],
        fail: Callable[[Failure], None],
    ) -> None:  # fmt: skip
        self.view, self._runner, self._trouble = view, runner, trouble
        self._change, self._fail = change, fail
        self._rate = Mailbox(0.05)
        self._key: object = None
        self._scene = ConvolutionScene()
        self._picture: Picture | None = None
        self._grey: tuple[Picture, str, Array] | None = None
        self._target: Array | None = None
        self._target_pixels: colours.Pixels | None = None
        self._losses: list[tuple[int, float]] = []
        self.newest: LearnStep | None = None
        self.state = "idle"
        self._starts_when_ready = False

    # What is shown

    def show(self, scene: ConvolutionScene, picture: Picture | None) -> None:
        """Show the lesson; another photo, target or size begins anew."""
        self._scene, self._picture = scene, picture
        self._trouble.over()
        self._rate.post(scene.rate)
        if picture is None:
            self.view.show_lesson(None)
            return
        key = (id(picture), scene.channel, scene.target, scene.wanted, scene.drawing,
               scene.learned_taps, scene.optimiser)  # fmt: skip
        if key != self._key:
            self._key = key
            self._forget()
            self._ask_target()
        self._show()

    def _show(self) -> None:
        if self._picture is None or self._scene.view != "learn":
            return
        newest = self.newest
        self.view.show_lesson(
            LessonShown(
                middle_of(self._picture.pixels),
                self._target_pixels,
                None if newest is None else newest.pixels,
                self._kernels(),
                tuple(self._losses),
                self._words(),
                self.state,
                self._scene.target == "drawn",
            )
        )

    def _kernels(self) -> Figure:
        size = self._scene.learned_taps
        learned = np.zeros((size, size)) if self.newest is None else self.newest.kernel
        row: list[Block | str] = [_block("kernel", "kernel", "Learned", np.round(learned, 2))]
        if self._scene.target == "kernel":
            wanted = named(self._scene.wanted, (size, size))
            label = f"Wanted · {CHOICES.get(self._scene.wanted, '')}"
            row += ["≈" if self.is_found else "≠", _block("wanted", "output", label, wanted)]
        return Figure((tuple(row),))

    @property
    def difference(self) -> float:
        """The largest difference from the wanted kernel, as a part of its largest number."""
        size = self._scene.learned_taps
        wanted = named(self._scene.wanted, (size, size))
        learned = np.zeros((size, size)) if self.newest is None else self.newest.kernel
        return float(np.abs(learned - wanted).max() / max(np.abs(wanted).max(), 1e-12))

    @property
    def is_found(self) -> bool:
        """Whether the wanted kernel's numbers are found back to within one per cent."""
        return self._scene.target == "kernel" and self.difference <= FOUND

    def _words(self) -> str:
        if self.newest is None:
            if self._scene.target == "drawn" and not self._scene.drawing:
                return "Draw on the photo where the output should answer, then press Learn."
            return "Press Learn: the kernel starts at zero and goes down the loss."
        words = f"step {self.newest.step:,} · loss {self.newest.loss:.3g}"
        if self._scene.target == "kernel":
            words += f" · furthest number off by {100 * self.difference:.2g} %"
            words += " — found" if self.is_found else ""
        return words

    # Intents

    def toggle(self) -> None:
        """Learn, pause, or go on."""
        if self.state == "running":
            self._runner.pause(LANE)
            self.state = "paused"
        elif self.state == "paused":
            self._runner.resume(LANE)
            self.state = "running"
        else:
            self._start()
        self._show()

    def single_step(self) -> None:
        """Take a few steps and rest."""
        if self.state not in ("running", "paused"):
            self._start()
        self._runner.resume(LANE, 1)
        self.state = "paused" if self.state != "done" else "done"
        self._show()

    def reset(self) -> None:
        """Go back to a kernel of zeros."""
        self._forget()
        self._show()

    def drawn(self, stroke: Stroke) -> None:
        """A stroke was drawn on the photo, in parts of its width and height."""
        strokes = (*self._scene.drawing, stroke)[-MOST_STROKES:]
        self._change(gesture="drawing", drawing=strokes, target="drawn")

    def wiped(self) -> None:
        """Take all strokes away."""
        self._change(drawing=())

    def cancelled(self) -> None:
        """The user cancelled the job; what was learned stays."""
        self.state = "idle"
        self._show()

    def numbers(self) -> Mapping[str, Any]:
        """The kernel and the loss curve."""
        found: dict[str, Any] = {"target": self._scene.wanted, "steps": 0}
        if self.newest is not None:
            found |= {
                "steps": self.newest.step,
                "kernel": self.newest.kernel,
                "loss": self.newest.loss,
                "losses": np.array(self._losses),
            }
        return found

    # Inside

    def _forget(self) -> None:
        self._runner.cancel(LANE)
        self.newest, self._losses, self.state = None, [], "idle"
        self._starts_when_ready = False

    def _light(self) -> Array:
        """The photo as grey levels from 0 to 1."""
        assert self._picture is not None
        channel = "grey" if self._scene.channel == "rgb" else self._scene.channel
        held = self._grey
        if held is None or held[0] is not self._picture or held[1] != channel:
            plane = channels_of(middle_of(self._picture.pixels), channel)[0] / 255.0
            held = self._grey = (self._picture, channel, plane)
        return held[2]

    def _ask_target(self) -> None:
        size = self._scene.learned_taps
        self._target = self._target_pixels = None
        if self._scene.target == "drawn":
            rows, columns = (n - size + 1 for n in self._light().shape)
            self._on_target(drawn_target(self._scene.drawing, rows, columns))
            return
        wanted = named(self._scene.wanted, (size, size))
        self._runner.run(
            TARGET_LANE,
            jobs.target_of(self._light(), wanted),
            title="Making the target",
            on_done=self._on_target,
            on_failed=self._fail,
        )

    def _on_target(self, target: Array) -> None:
        self._target = target
        self._target_pixels = colours.signed_colours(target, colours.reach(target))
        if self._starts_when_ready:
            self._start()
        self._show()

    def _start(self) -> None:
        if self._target is None:
            self._starts_when_ready = True
            self._ask_target()  # anew: the user may have cancelled it
            return
        self._starts_when_ready = False
        if self._scene.target == "drawn" and not self._scene.drawing:
            self._trouble.tell("There is no target yet: draw on the photo first.")
            return
        self._trouble.over()
        self.newest, self._losses, self.state = None, [], "running"
        lesson = Lesson(
            self._light(), self._target, self._scene.learned_taps, self._scene.optimiser
        )
        self._runner.run(
            LANE,
            jobs.learn(lesson, self._rate),
            title="Learning the kernel",
            on_step=self._on_step,
            on_done=self._on_done,
            on_failed=self._on_failed,
        )

    def _on_step(self, step: LearnStep) -> None:
        self.newest = step
        self._losses.append((step.step, step.loss))
        if len(self._losses) > MOST_POINTS:
            del self._losses[1::2]
        self._show()

    def _on_done(self, _answer: Any) -> None:
        self.state = "done"
        self._show()

    def _on_failed(self, failure: Failure) -> None:
        self.state = "idle" if isinstance(failure.error, NotFinite) else "done"
        self._fail(failure)
        self._show()


def middle_of(pixels: colours.Pixels) -> colours.Pixels:
    """A view of the middle of a photo, at most 640 pixels along a side."""
    height, width = pixels.shape[:2]
    top, left = max(height - MOST_PX, 0) // 2, max(width - MOST_PX, 0) // 2
    return pixels[top : top + MOST_PX, left : left + MOST_PX]


def drawn_target(strokes: tuple[Stroke, ...], rows: int, columns: int) -> Array:
    """A map that is 1 on the strokes, thin as a brush, and 0 elsewhere  # [rows, columns]."""
    target = np.zeros((max(rows, 1), max(columns, 1)), dtype=np.float32)
    for x1, y1, x2, y2 in strokes:
        start = np.array([y1 * rows, x1 * columns])
        end = np.array([y2 * rows, x2 * columns])
        low = np.floor(np.minimum(start, end) - BRUSH_PX).astype(int).clip(0)
        high = np.ceil(np.maximum(start, end) + BRUSH_PX + 1).astype(int)
        part = target[low[0] : high[0], low[1] : high[1]]
        y, x = np.indices(part.shape)
        points = np.stack((y + low[0], x + low[1]), axis=-1) - start
        along = end - start
        length = max(float(along @ along), 1e-9)
        share = (points @ along / length).clip(0, 1)[..., None]
        part[np.hypot(*np.moveaxis(points - share * along, -1, 0)) <= BRUSH_PX] = 1
    return target


def _block(key: str, token: str, title: str, values: Array) -> Block:
    rows, columns = values.shape
    cells = np.stack(tuple(np.indices((rows, columns))), axis=-1)
    return Block(key, token, title, (Plane("", values, cells),))
