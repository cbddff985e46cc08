"""The style lab's view as its presenter sees it: abstract, so that a test can record it."""

from __future__ import annotations

from typing import Protocol

from viz_app.core.records import Picture
from viz_app.labs.controls import Action
from viz_app.labs.style.batch import BatchAsked, BatchShown
from viz_app.labs.style.gram_jobs import Grams
from viz_app.labs.style.one_pass import OnePassShown
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.shown import CostsShown, EaselShown, HistoryLine, Offer


class StyleView(Protocol):
    """What the presenter tells its panel."""

    def show_scene(self, scene: StyleScene) -> None:
        """Show the values of the controls in the panel."""

    def show_inputs(self, content: Picture | None, style: Picture | None, title: str) -> None:
        """Show the two pictures, and the style's name."""

    def show_easels(self, easels: tuple[EaselShown, ...]) -> None:
        """Show the picture of each run."""

    def show_commands(self, play: Action) -> None:
        """Show which commands can be given now; ``play`` starts, pauses or resumes."""

    def show_costs(self, costs: CostsShown) -> None:
        """Draw the curves and the layers' shares."""

    def show_grams(self, grams: Grams | None) -> None:
        """Draw the Gram matrices."""

    def show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        """List the runs that can be brought back."""

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is missing and where to get it, or that nothing is."""

    def ask_save(self, suggestion: str) -> None:
        """Ask where to save the picture."""

    def ask_film(self, suggestion: str) -> None:
        """Ask where to save the film."""

    def ask_batch(self, asked: BatchAsked) -> None:
        """Ask which folders are painted, and show how far it is."""

    def show_batch(self, shown: BatchShown) -> None:
        """Show how far the painting of a folder is."""

    def ask_style(self) -> None:
        """Ask for picture files to paint in the manner of."""

    def ask_mask(self) -> None:
        """Ask for a picture that is white where the style applies."""

    def ask_start(self) -> None:
        """Ask for a picture file to begin a run with."""

    def ask_painted(self) -> None:
        """Ask for a picture that this program saved."""

    def show_one_pass(self, shown: OnePassShown) -> None:
        """Show a picture that was painted in one pass, or how far it is."""

    def ask_video(self) -> None:
        """Ask for a film to watch."""
