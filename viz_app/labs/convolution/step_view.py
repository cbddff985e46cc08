"""What the Step view is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from viz_app.core.records import Picture
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.formulas import CostCard, SizeCard
from viz_app.labs.convolution.layer import Crop
from viz_app.labs.convolution.pointing import Mark, Story, Target


@dataclass(frozen=True, slots=True)
class Steps:
    """Where the steps are: from 1 to ``total``."""

    at: int
    total: int
    is_playing: bool
    interval_ms: int
    loops: bool


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The figure at one step."""

    figure: Figure
    key: object
    marks: tuple[Mark, ...]
    passed: int | None
    shows_ahead: bool


class StepView(Protocol):
    """What the Step view shows."""

    def show_figure(self, figure: Figure, key: object) -> None:
        """Show other numbers; figures of one key have the same shape."""

    def show_marks(self, marks: tuple[Mark, ...], passed: int | None, shows_ahead: bool) -> None:
        """Show what is pointed at, over the figure."""

    def show_pinned(self, target: Target | None) -> None:
        """Say which input or kernel cell keys type into, if any."""

    def show_story(self, story: Story) -> None:
        """Show where a number comes from."""

    def show_size(self, card: SizeCard) -> None:
        """Show the formula of the output's size."""

    def show_cost(self, card: CostCard) -> None:
        """Show what the layer costs."""

    def show_steps(self, steps: Steps) -> None:
        """Show how far the steps are."""

    def show_caption(self, sentence: str, *, is_warning: bool) -> None:
        """Say what the example shows, or where its slide is wrong."""

    def show_crop(self, picture: Picture | None, crop: Crop | None) -> None:
        """Show the photo with the piece that the cells show; None hides it."""
