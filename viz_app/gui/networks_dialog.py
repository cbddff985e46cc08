"""Networks by name, in the window: purpose, size, licence; fetch, verify and remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.errors import VizError
from viz_app.engine.engine import Failure, Progress, Turn
from viz_app.files.registry import Network
from viz_app.files.weights import WeightsStore
from viz_app.gui.runner import Runner
from viz_app.gui.theme import Theme, set_role

MB = 1e6


class NetworkFetcher(QWidget):
    """One network's row: words, a bar while it comes, and what can be done."""

    def __init__(self, network: Network, dialog: NetworksDialog) -> None:
        super().__init__()
        self.network = network
        self._dialog = dialog
        name = QLabel(f"{network.title}")
        words = QLabel(
            f"{network.purpose} · {network.size / MB:,.1f} MB "
            f"(download {network.download_size / MB:,.1f} MB) · licence {network.licence}"
        )
        words.setWordWrap(True)
        set_role(words, "muted")
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {network.title}")
        self.bar.hide()
        self.verify = QPushButton("Verify")
        self.verify.setToolTip("Read every byte of this network's files and check their sha256.")
        self.verify.setAccessibleName(f"Verify {network.title}")
        self.verify.clicked.connect(lambda: self._dialog.verify(self))
        self.button = QPushButton()
        self.button.clicked.connect(self._on_clicked)
        left = QVBoxLayout()
        left.setSpacing(2)
        for widget in (name, words, self.state, self.bar):
            left.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 8, 4, 8)
        row.addLayout(left, 1)
        for button in (self.verify, self.button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.refresh()

    @property
    def lane(self) -> str:
        return f"weights.{self.network.name}"

    def refresh(self, sentence: str = "") -> None:
        """Show whether the network is here, on its way, or can be fetched."""
        is_coming = self._dialog.is_coming(self.lane)
        is_here = self._dialog.store.is_present(self.network.name)
        self.bar.setVisible(is_coming)
        self.verify.setVisible(is_here and not is_coming)
        self.state.setText(sentence or ("On this computer." if is_here else ""))
        self.state.setVisible(bool(self.state.text()))
        words, tip = (
            ("Cancel", "Stop fetching; what has come is kept, and the next try goes on from there.")
            if is_coming
            else ("Remove", "Delete this network's files from this computer.")
            if is_here
            else (
                "Fetch",
                f"Download {self.network.title}, check it, and keep it on this computer.",
            )
        )
        self.button.setText(words)
        self.button.setToolTip(tip)
        self.button.setAccessibleName(f"{words} {self.network.title}")

    def show_progress(self, progress: Progress, words: str) -> None:
        """Show how much has come."""
        self.bar.setValue(round(1000 * progress.done / max(progress.total, 1)))
        self.state.setText(words)
        self.state.show()

    def _on_clicked(self) -> None:
        if self._dialog.is_coming(self.lane):
            self._dialog.cancel(self)
        elif self._dialog.store.is_present(self.network.name):
            self._dialog.remove(self)
        else:
            self._dialog.fetch(self)


class NetworksDialog(QDialog):
    """All networks of the registry; fetching goes on when the dialog is closed."""

    arrived = Signal(str)  # a network's name
    failed_to_come = Signal(str)  # a sentence

    def __init__(self, store: WeightsStore, fetches: Runner, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.store = store
        self._fetches = fetches
        self.setWindowTitle("Networks")
        self.resize(theme.px(620), theme.px(560))
        intro = QLabel(
            "Published networks that the labs can use. Nothing is downloaded until you ask; "
            "each file is checked against its sha256 before it is used."
        )
        intro.setWordWrap(True)
        self.rows = {n.name: NetworkFetcher(n, self) for n in store.networks()}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setSpacing(0)
        for row in self.rows.values():
            column.addWidget(row)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        folder = buttons.addButton("Open folder", QDialogButtonBox.ButtonRole.ActionRole)
        folder.setToolTip("Show the folder in which the networks are kept.")
        folder.clicked.connect(self._on_folder)
        layout = QVBoxLayout(self)
        layout.addWidget(intro)
        layout.addWidget(self._area)
        layout.addWidget(buttons)

    def open_at(self, name: str = "") -> None:
        """Show the dialog, with one network in sight."""
        for row in self.rows.values():
            if not self.is_coming(row.lane):
                row.refresh()
        self.show()
        self.raise_()
        if name in self.rows:
            self._area.ensureWidgetVisible(self.rows[name])
            self.rows[name].button.setFocus()

    def is_coming(self, lane: str) -> bool:
        """Whether a network is being fetched."""
        return any(a.lane == lane for a in self._fetches.activities)

    def fetch(self, row: NetworkFetcher) -> None:
        """Fetch a network on the thread for downloads."""
        name = row.network.name

        def on_done(_result: Any) -> None:
            row.refresh()
            self.arrived.emit(name)

        def on_failed(failure: Failure) -> None:
            row.refresh(_told(failure))
            self.failed_to_come.emit(_told(failure))

        self._fetches.run(
            row.lane,
            fetch_job(self.store, name),
            title=f"Fetching {row.network.title}",
            on_step=lambda step: row.show_progress(step.progress, step.words),
            on_done=on_done,
            on_failed=on_failed,
        )
        row.refresh("Looking for it…")

    def cancel(self, row: NetworkFetcher) -> None:
        """Stop fetching; the part that came stays."""
        self._fetches.cancel(row.lane)
        row.refresh("Stopped; the next try goes on from here.")

    def verify(self, row: NetworkFetcher) -> None:
        """Check a network's files on the thread for downloads."""
        name = row.network.name
        self._fetches.run(
            f"verify.{name}",
            lambda _turn: self.store.verify(name),
            title=f"Verifying {row.network.title}",
            on_done=lambda _result: row.refresh("Right: the sha256 is the published one."),
            on_failed=lambda failure: row.refresh(_told(failure)),
        )
        row.refresh("Reading every byte…")

    def remove(self, row: NetworkFetcher) -> None:
        """Delete a network's files; the user's own folder is not touched."""
        try:
            self.store.remove(row.network.name)
        except VizError as error:
            row.refresh(str(error))
            return
        is_own = self.store.is_present(row.network.name)
        row.refresh(f"It lies in your own {self.store.local}: remove it there." if is_own else "")

    def _on_folder(self) -> None:
        self.store.folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.store.folder)))


def _told(failure: Failure) -> str:
    is_foreseen = isinstance(failure.error, VizError)
    return str(failure.error) if is_foreseen else f"It failed: {failure.error}"


@dataclass(frozen=True, slots=True)
class FetchStep:
    """How far a download is, for the row and for the status bar."""

    progress: Progress
    words: str


def fetch_job(store: WeightsStore, name: str) -> Callable[[Turn], Any]:
    """Return the job that fetches a network, a piece a step."""

    def job(turn: Turn) -> Any:
        for step in store.fetch(name, check=turn.check):
            yield FetchStep(Progress(step.done_bytes, step.total_bytes, "bytes"), step.doing)

    return job
