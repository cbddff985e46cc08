"""Scenes as files: open one or several, step through them, save the one that is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from viz_app.core.errors import VizError
from viz_app.files.atomic import write_atomic
from viz_app.gui.save_dialog import ask_to_save
from viz_app.labs.document import Document

Tell = Callable[[str], None]


class SceneFiles:
    """Opens and saves the scenes of the document; several opened together are stepped through."""

    def __init__(self, window: QWidget, document: Document, tell: Tell, tell_done: Tell) -> None:
        self._window, self._document = window, document
        self._tell, self._tell_done = tell, tell_done
        self._paths: tuple[Path, ...] = ()  # those opened together, and which of them is shown
        self._at = 0

    def open(self) -> None:
        """Ask for scene files, open the first and keep the others ready."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open scenes", "", "Convolab scenes (*.json);;All files (*)"
        )
        self.open_all(sorted(Path(name) for name in names))

    def open_all(self, paths: Sequence[Path]) -> None:
        """Open the first of some scene files; the others come by "Next scene"."""
        if paths:
            self._paths, self._at = tuple(paths), 0
            self.open_one(paths[0])
        if len(paths) > 1:
            self._tell_done(f"Scene 1 of {len(paths)}: Ctrl+PgDown goes on.")

    def step(self, step: int) -> None:
        """Go to the next or the previous of the scenes that were opened together."""
        count, to = len(self._paths), self._at + step
        if not count:
            self._tell("Open scenes first, several at once (Ctrl+Alt+O).")
        elif 0 <= to < count:
            self._at = to
            self.open_one(self._paths[to])
            self._tell_done(f"Scene {to + 1} of {count}: {self._paths[to].stem}")
        else:
            self._tell_done("This is the last scene." if step > 0 else "This is the first scene.")

    def open_one(self, path: Path) -> None:
        """Open a scene file; what was on the desk is one undo away."""
        try:
            sentences = self._document.open_json(path.read_bytes())
        except OSError as error:
            self._tell(f"“{path.name}” could not be read: {error.strerror}.")
        except VizError as error:
            self._tell(f"“{path.name}”: {error}")
        else:
            if sentences:
                self._tell(sentences[0])

    def save(self) -> None:
        """Ask for a file and save the scene of the lab shown."""
        lab = self._document.desk.lab
        path = ask_to_save(self._window, "Save scene", f"{lab}.json", ["Convolab scenes (*.json)"])
        if path is not None:
            self._write(path, self._document.to_json(lab))

    def _write(self, path: Path, data: bytes) -> None:
        try:
            write_atomic(path, data)
        except VizError as error:
            self._tell(str(error))
        else:
            self._tell_done(f"Saved {path.name}.")
