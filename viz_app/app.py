"""Starts the program. The start-up story:

1. ``start`` tunes the threads, reads the settings (set aside if they are damaged), makes
   the ``QApplication``, the theme and an empty window, and shows it: a tenth of a second.
2. Once that is painted, ``furnish`` (furnish.py) makes the document, the runners (an engine
   thread each for torch, for files and for downloads), the shelf of images and the housekeeper
   that ties them together, and the last session is laid on the desk. Only the lab that is shown
   is built.
3. Once the lab is painted, the engine's thread imports torch and learns the devices.
4. When the window closes, the session is saved and the threads are stopped.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from viz_app.engine.memory import share_heaps
from viz_app.files.settings import Places, Settings, load_settings
from viz_app.gui.theme import Theme
from viz_app.gui.window import Window

if TYPE_CHECKING:
    from viz_app.engine.engine import Turn
    from viz_app.files.weights import WeightsStore
    from viz_app.furnish import LabParts, Program
    from viz_app.gui.house import HouseKeeper
    from viz_app.gui.tour import Written

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001  # a Python loop in the worker must not hold up the window
TITLE_BAR_PX = 40  # a window as tall as the screen would hide its status bar
BUILD_AHEAD_MS = 400  # after torch is there: the other labs, one at a time


def tune_threads() -> None:
    """Set what all threads share: how soon another may go on, and where their memory lies."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    share_heaps()


def empty_window(app: QApplication, settings: Settings) -> Window:
    """Make the window as it is before there is anything in it."""
    theme = Theme(app)
    theme.set_mode(settings.theme)
    theme.set_scale(settings.text_scale)
    window = Window(theme)
    screen = app.primaryScreen().availableSize()
    width, height = settings.window
    window.resize(min(width, screen.width()), min(height, screen.height() - TITLE_BAR_PX))
    return window


def build(
    app: QApplication,
    places: Places,
    labs: Sequence[LabParts] | None = None,
    store: WeightsStore | None = None,
) -> Program:
    """Build the whole program at once, for the tour and for tests; nothing is shown yet."""
    from viz_app import furnish

    settings, sentence = load_settings(places.settings)
    window = empty_window(app, settings)
    program = furnish.furnish(window, places, settings, labs or furnish.LABS, store)
    if sentence:
        program.keeper.tell(sentence)
    return program


def start(images: Sequence[str] = (), lab: str = "", theme: str = "", net: str = "") -> int:
    """Run the program until its window is closed; return the exit status.

    ``net`` is the spec of the user's own network; naming it is the consent to run its code.
    """
    tune_threads()
    faulthandler.enable()
    places = Places.of_user()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Convolab")
    app.setDesktopFileName("convolab")
    settings, sentence = load_settings(places.settings)
    window = empty_window(app, settings)
    if theme:
        window.theme.set_mode(theme)  # type: ignore[arg-type]
    programs: list[Program] = []

    def on_painted() -> None:
        _keep_a_log(places)
        try:
            program = _fill(window, places, settings)
        except Exception:
            log.exception("the window could not be filled")
            print(f"Convolab could not start; {places.log} says why.", file=sys.stderr)
            app.exit(1)
            return
        programs.append(program)
        if sentence:
            program.keeper.tell(sentence)
        opens = lab if lab == "activations" or not net else "networks"
        program.keeper.restore(images, opens)
        open_program(program)
        if net:
            presenter: Any = program.window.rooms[opens].presenter
            presenter.open_own(net, may_run=True)

    _FirstPaint(window.status_bar).happened.connect(on_painted)
    window.status_bar.job.setText("Getting ready …")  # until there is a first job
    window.show()
    status = app.exec()
    log.info("ended with %d", status)
    if any(not program.keeper.has_ended for program in programs):
        # Python would tear modules down under a thread that is still in an import or a read.
        logging.shutdown()
        os._exit(status)
    return status


def _fill(window: Window, places: Places, settings: Settings) -> Program:
    from viz_app.furnish import furnish

    program = furnish(window, places, settings)
    _catch_everything(program.keeper)
    return program


def tour(out: Path, size: tuple[int, int], theme: str, scale: float) -> Written:
    """Show every lab without a screen, on the samples, and write what each shows."""
    import tempfile

    from viz_app.gui.tour import walk

    tune_threads()
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as home:  # the user's own session is left alone
        program = build(app, Places(Path(home) / "config", Path(home) / "data"))
        program.theme.set_mode(theme)  # type: ignore[arg-type]
        program.theme.set_scale(scale)
        program.window.resize(*size)
        open_program(program)
        written = walk(program.keeper, out)
        program.window.close()
    if not program.keeper.has_ended:
        program.keeper.runner.close(timeout_s=30)
    return written


def wake(turn: Turn) -> Any:
    """Import torch on the engine's thread and tell which devices there are."""
    from viz_app.compute import device

    return device.wake()


def open_program(program: Program) -> None:
    """Show the window; the engine's first job, importing torch, begins once it is painted."""
    keeper = program.keeper
    keeper.wake_engine(wake)
    keeper.open_house()
    first_paint = _FirstPaint(program.window.status_bar)

    def on_painted() -> None:
        keeper.shelf.load_thumbs()
        keeper.runner.engine.release()
        keeper.build_ahead(BUILD_AHEAD_MS)

    first_paint.happened.connect(on_painted)
    program.window.show()
    program.window.setFocus()  # the first Tab goes to the first control


class _FirstPaint(QObject):
    """Tells once that a widget has been painted."""

    happened = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.happened.emit)
        return False


def _keep_a_log(places: Places) -> None:
    import logging.handlers  # after the first paint: it brings sockets along

    root = logging.getLogger()
    try:
        places.data.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            places.log, maxBytes=500_000, backupCount=1, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()  # a home that cannot be written to: speak up here
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    logging.getLogger("viz_app").setLevel(logging.INFO)


def _catch_everything(keeper: HouseKeeper) -> None:
    """Log what nobody caught, in any thread, and tell the user once; the program stays up."""
    told = threading.Event()

    def tell_once() -> None:
        if not told.is_set():
            told.set()
            keeper.tell(
                "Something unexpected happened; the program goes on, and "
                f"{keeper.places.log.name} in its data folder says more."
            )

    def on_uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            keeper.window.close()
            return
        log.error("uncaught", exc_info=(kind, error, trace))
        QTimer.singleShot(0, keeper, tell_once)

    def on_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = on_uncaught
    threading.excepthook = on_uncaught_in_thread
