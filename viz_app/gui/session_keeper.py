"""Keeps the session and the settings on disk, and lays the last session on the desk again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from viz_app.core.errors import VizError
from viz_app.engine.engine import Failure, Turn
from viz_app.files.atomic import write_atomic
from viz_app.files.settings import Places, Settings, kept_aside, save_settings
from viz_app.gui.runner import Runner
from viz_app.labs.document import Desk, Document

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 1500  # of rest: a dragged slider is not written a hundred times


class SessionKeeper(QObject):
    """Writes on the thread for files after each change; a kill in between loses a second."""

    def __init__(
        self, document: Document, errands: Runner, places: Places, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._errands = errands
        self._places = places
        self._writing = threading.Lock()
        self._is_over = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save_session)
        document.listen(self._on_desk_changed)

    def restore(self) -> str:
        """Lay the last session on the desk; return a sentence if not all of it was there."""
        try:
            data = self._places.session.read_bytes()
        except FileNotFoundError:
            return ""  # the first start
        except OSError as error:
            what = f"The last session could not be read ({error.strerror})"
            return kept_aside(self._places.session, what)
        try:
            sentences = self._document.open_json(data, is_undoable=False)
        except VizError as error:
            return kept_aside(self._places.session, f"The last session was lost ({error})")
        if sentences:  # the whole file is kept, before a save without that scene replaces it
            return kept_aside(self._places.session, sentences[0].rstrip("."))
        return ""

    def save_settings(self, settings: Settings) -> None:
        """Write the settings in the background."""
        self._save("house.settings", lambda: save_settings(self._places.settings, settings))

    def save_now(self, settings: Settings) -> None:
        """Write everything before the program ends; a full disk is logged, not fatal."""
        self._timer.stop()
        try:
            with self._writing:
                self._is_over = True
                try:
                    save_settings(self._places.settings, settings)
                finally:
                    write_atomic(self._places.session, self._document.to_json())
        except (VizError, ValueError) as error:  # ValueError: what cannot be written as JSON
            log.warning("the session was not saved: %s", error)

    def _on_desk_changed(self, before: Desk, after: Desk) -> None:
        self._timer.start()

    def _save_session(self) -> None:
        data, path = self._document.to_json(), self._places.session
        self._save("house.session", lambda: write_atomic(path, data))

    def _save(self, lane: str, write: Callable[[], None]) -> None:
        def job(turn: Turn) -> None:
            with self._writing:
                if not self._is_over:  # an older state must not come after the last one
                    write()

        self._errands.run(
            lane, job, title="Saving", on_failed=self._on_failed, is_cancellable=False
        )

    def _on_failed(self, failure: Failure) -> None:
        self._errands.failed.emit(failure)
