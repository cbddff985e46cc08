"""The panel of the convolution lab: its views, one at a time."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.files.animation import ANIMATION_SUFFIXES
from viz_app.files.atomic import write_atomic
from viz_app.gui.panel import Panel
from viz_app.gui.panels.convolution.compare_page import ComparePage
from viz_app.gui.panels.convolution.figure_export import to_frames, to_svg
from viz_app.gui.panels.convolution.learn_page import LearnPage
from viz_app.gui.panels.convolution.photo_page import PhotoPage
from viz_app.gui.panels.convolution.step_page import StepPage
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.convolution.compare import Verdict
from viz_app.labs.convolution.controls import VIEW
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.formulas import CostCard, SizeCard
from viz_app.labs.convolution.layer import Crop
from viz_app.labs.convolution.learn import LessonShown
from viz_app.labs.convolution.photo import Filtered, PhotoWords
from viz_app.labs.convolution.photo_pointing import Spot
from viz_app.labs.convolution.pointing import Mark, Story, Target
from viz_app.labs.convolution.presenter import ConvolutionPresenter
from viz_app.labs.convolution.scene import ConvolutionScene
from viz_app.labs.convolution.step_view import Steps
from viz_app.labs.presenter import Presenter

MOST_FRAMES, FRAMES_AT_ONCE = 200, 4


class ConvolutionPanel(Panel):
    """Hands what the presenter says to the view that shows it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.views = self.header = ViewSwitch(VIEW, theme)
        self.step = StepPage(theme)
        self.photo = PhotoPage(theme)
        self.learn = LearnPage(theme)
        self.compare = ComparePage(theme)
        self.pages: dict[str, QWidget] = {
            "step": self.step,
            "photo": self.photo,
            "learn": self.learn,
            "compare": self.compare,
        }
        self._stack = Pages()
        for page in self.pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._presenter: ConvolutionPresenter | None = None

    def attach(self, presenter: Presenter[Any, Any]) -> None:
        assert isinstance(presenter, ConvolutionPresenter)
        self._presenter = presenter
        self.views.moved.connect(lambda value: presenter.edited("view", value))
        for page in (self.step, self.photo, self.learn, self.compare):
            page.attach(presenter)

    def figure(self) -> QWidget:
        return self._stack.currentWidget() or self

    # What the presenter says

    def show_view(self, scene: ConvolutionScene) -> None:
        self.views.show_value(scene.view)
        self._stack.setCurrentWidget(self.pages[scene.view])
        self.step.show_scene(scene)

    def show_figure(self, figure: Figure, key: object) -> None:
        self.step.figure.show_figure(figure, key)

    def show_marks(self, marks: tuple[Mark, ...], passed: int | None, shows_ahead: bool) -> None:
        self.step.figure.show_marks(marks, passed, shows_ahead)

    def show_pinned(self, target: Target | None) -> None:
        self.step.figure.pinned = target

    def show_story(self, story: Story) -> None:
        self.step.show_story(story)

    def show_size(self, card: SizeCard) -> None:
        self.step.show_size(card)

    def show_cost(self, card: CostCard) -> None:
        self.step.show_cost(card)

    def show_steps(self, steps: Steps) -> None:
        self.step.transport.show_steps(steps)

    def show_caption(self, sentence: str, *, is_warning: bool) -> None:
        self.step.show_caption(sentence, is_warning=is_warning)

    def show_crop(self, picture: Picture | None, crop: Crop | None) -> None:
        self.step.crop.show_crop(picture, crop)

    def show_photo(self, picture: Picture | None, filtered: Filtered | None) -> None:
        self.photo.show_photo(picture, filtered)

    def show_photo_words(self, words: PhotoWords) -> None:
        self.photo.show_words(words)

    def show_photo_kernel(self, figure: Figure) -> None:
        self.photo.show_kernel(figure)

    def show_spot(self, spot: Spot | None) -> None:
        self.photo.show_spot(spot)

    def show_lesson(self, shown: LessonShown | None) -> None:
        self.learn.show_lesson(shown)

    def show_flip(self, figure: Figure, marks: tuple[Mark, ...], verdict: Verdict) -> None:
        self.compare.show_flip(figure, marks, verdict)

    def show_associativity(
        self, figure: Figure, marks: tuple[Mark, ...], verdicts: tuple[Verdict, Verdict]
    ) -> None:
        self.compare.show_associativity(figure, marks, verdicts)

    def ask_paste(self, block: str) -> None:
        assert self._presenter is not None
        self._presenter.stepping.pasted(block, QGuiApplication.clipboard().text())

    def copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def ask_save_figure(self) -> None:
        kinds = ["Figure for print (*.svg)"]
        path = ask_to_save(self, "Save figure", "convolution.svg", kinds)
        if path is not None:
            self.save_figure(path)

    def save_figure(self, path: Path) -> None:
        """Save the figure of the view shown as SVG."""
        assert self._presenter is not None
        figure = {
            "photo": self.photo.kernel,
            "learn": self.learn.kernels,
            "compare": self.compare.three,
        }.get(self._presenter.scene.view, self.step.figure)
        try:
            write_atomic(path, to_svg(figure, figure.size(), "Convolution"))
        except VizError as error:
            self._presenter.house.speaker.tell(str(error))
        else:
            self._presenter.house.tell_done(f"Saved {path.name}.")

    def ask_save_animation(self) -> None:
        kinds = [f"{s[1:].upper()} (*{s})" for s in ANIMATION_SUFFIXES]
        title = "Save the film of the steps"
        path = ask_to_save(self, title, "convolution.gif", kinds)
        if path is not None:
            self.save_animation(path)

    def save_animation(self, path: Path) -> None:
        """Paint all steps, some at a time so that the window lives, then have them saved."""
        assert self._presenter is not None
        frames = to_frames(self._presenter.stepping.frames(MOST_FRAMES), self.theme)
        painted: list[Any] = []

        def paint_some() -> None:
            assert self._presenter is not None
            some = list(itertools.islice(frames, FRAMES_AT_ONCE))
            painted.extend(some)
            if len(some) == FRAMES_AT_ONCE:
                QTimer.singleShot(0, self, paint_some)
            else:
                self._presenter.save_animation(path, painted)

        paint_some()

    def sizeHint(self) -> QSize:
        return QSize(760, 640)
