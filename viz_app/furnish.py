"""Fills the window: document, threads, images, commands and the rooms of the labs.

Apart from app.py so that the empty window can be painted before any of this is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QApplication

from viz_app.files.settings import Places, Settings
from viz_app.files.weights import WeightsStore
from viz_app.gui.house import HouseKeeper
from viz_app.gui.image_strip import ImageStrip
from viz_app.gui.panel import Panel
from viz_app.gui.picture_shelf import PictureShelf
from viz_app.gui.runner import Runner
from viz_app.gui.theme import Theme
from viz_app.gui.window import Window
from viz_app.labs.activations.presenter import ActivationsPresenter
from viz_app.labs.convolution.presenter import ConvolutionPresenter
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.document import Document
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.presenter import Presenter
from viz_app.labs.style.presenter import StylePresenter

LabParts = tuple[type[Presenter[Any, Any]], Callable[[Theme], Panel]]


@dataclass(frozen=True, slots=True)
class Program:
    """What was built."""

    app: QApplication
    window: Window
    keeper: HouseKeeper
    theme: Theme


def convolution_panel(theme: Theme) -> Panel:
    """Import and make the panel at the first look; likewise below."""
    from viz_app.gui.panels.convolution.panel import ConvolutionPanel

    return ConvolutionPanel(theme)


def detection_panel(theme: Theme) -> Panel:
    """Make the panel of the detection lab."""
    from viz_app.gui.panels.detection.panel import DetectionPanel

    return DetectionPanel(theme)


def style_panel(theme: Theme) -> Panel:
    """Make the panel of the style lab."""
    from viz_app.gui.panels.style.panel import StylePanel

    return StylePanel(theme)


def networks_panel(theme: Theme) -> Panel:
    """Make the panel of the networks lab."""
    from viz_app.gui.panels.networks.panel import NetworksPanel

    return NetworksPanel(theme)


def activations_panel(theme: Theme) -> Panel:
    """Make the panel of the activations lab."""
    from viz_app.gui.panels.activations.panel import ActivationsPanel

    return ActivationsPanel(theme)


LABS: tuple[LabParts, ...] = (
    (ConvolutionPresenter, convolution_panel),
    (NetworksPresenter, networks_panel),
    (ActivationsPresenter, activations_panel),
    (DetectionPresenter, detection_panel),
    (StylePresenter, style_panel),
)


def furnish(
    window: Window,
    places: Places,
    settings: Settings,
    labs: Sequence[LabParts] = LABS,
    store: WeightsStore | None = None,
) -> Program:
    """Fill an empty window with everything but the last session."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    document = Document(presenter.lab for presenter, _panel in labs)
    runner = Runner("engine", _relieve, app, is_held=True)
    errands = Runner("errands", parent=app)
    shelf = PictureShelf(document, errands, places.pasted, app)
    theme = window.theme
    keeper = HouseKeeper(
        window, document, shelf, runner, errands, store or WeightsStore(), theme, places, settings
    )
    strip = ImageStrip(shelf, keeper.open_images, theme)
    strip.chosen.connect(document.choose_image)
    window.inspector.set_strip(strip)
    for presenter_type, make_panel in labs:
        keeper.add_lab(presenter_type, make_panel)
    return Program(app, window, keeper, theme)


def _relieve() -> None:
    from viz_app.compute import device

    device.relieve()
