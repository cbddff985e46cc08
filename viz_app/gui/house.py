"""Ties the window to the document: changes, commands, images, the session, the device."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

import viz_app
from viz_app.core.errors import VizError
from viz_app.engine.engine import Failure, Turn
from viz_app.files.export import save_numbers
from viz_app.files.images import FORMATS
from viz_app.files.settings import Places, Settings
from viz_app.files.weights import WeightsStore
from viz_app.gui.command_palette import CommandPalette, KeysDialog
from viz_app.gui.commands import house_menus
from viz_app.gui.control_list import ControlList
from viz_app.gui.grabbing import grab, save_picture, to_png
from viz_app.gui.networks_dialog import NetworksDialog
from viz_app.gui.panel import Panel
from viz_app.gui.picture_shelf import PictureShelf
from viz_app.gui.runner import Runner
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.scene_files import SceneFiles
from viz_app.gui.session_keeper import SessionKeeper
from viz_app.gui.theme import Theme
from viz_app.gui.window import Parts, Window
from viz_app.labs.document import Desk, Document
from viz_app.labs.presenter import House, Presenter

EXPORTS = (
    "Picture of the view (*.png)",
    "Numbers for NumPy (*.npz)",
    "Numbers for a spreadsheet (*.csv)",
    "Numbers as JSON (*.json)",
)
Wake = Callable[[Turn], Sequence[Any]]
log = logging.getLogger(__name__)


class HouseKeeper(QObject):
    """Does what the commands of the house say; one for the program."""

    def __init__(
        self,
        window: Window,
        document: Document,
        shelf: PictureShelf,
        runner: Runner,
        errands: Runner,
        store: WeightsStore,
        theme: Theme,
        places: Places,
        settings: Settings,
    ) -> None:
        super().__init__(window)
        self.window, self.document, self.shelf = window, document, shelf
        self.runner, self.errands, self.theme = runner, errands, theme
        self.places, self.settings = places, settings
        self.fetches = Runner("fetches", parent=self)  # a stalled server must not hold up images
        self.networks = NetworksDialog(store, self.fetches, theme, window)
        self.devices: Sequence[Any] = ()
        self.scenes = SceneFiles(window, document, self.tell, self.tell_done)
        self.has_ended = False  # once closed: whether all threads have ended
        self.parts = House(
            document,
            runner,
            shelf,
            window.message_bar,
            store,
            self.networks.open_at,
            places.data / "labs",
            errands,
            lambda: self.runner.engine.device,
            self.choose_device,
            self.tell_done,
        )
        self.session = SessionKeeper(document, errands, places, self)
        window.set_menus(house_menus(self, {n: lab.title for n, lab in document.labs.items()}))
        self._connect()

    def _connect(self) -> None:
        self.window.lab_chosen.connect(self.choose_lab)
        self.window.dropped.connect(self._on_dropped)
        self.window.closing.connect(self.leave)
        self.shelf.arrived.connect(lambda _ref: self.refresh())
        self.shelf.told.connect(self.tell)
        self.shelf.strip_changed.connect(self._on_strip_changed)
        self.networks.arrived.connect(self._on_network_arrived)
        self.networks.failed_to_come.connect(self.tell)
        bar = self.window.status_bar
        bar.cancel_asked.connect(self.cancel_lane)
        bar.device_chosen.connect(self.choose_device)
        bar.keys_asked.connect(self.show_keys)
        for runner in (self.runner, self.errands, self.fetches):
            runner.activity_changed.connect(self._on_activity_changed)
            runner.failed.connect(self._on_failed)

    def add_lab(
        self,
        presenter_type: type[Presenter[Any, Any]],
        make_panel: Callable[[Theme], Panel],
    ) -> None:
        """Open a lab's room; what is in it is made at the first look."""
        lab = presenter_type.lab

        def build() -> Parts:
            panel = make_panel(self.theme)
            presenter = presenter_type(panel, self.parts)
            panel.attach(presenter)
            return Parts(panel, presenter, ControlList(lab, presenter.edited, self.theme))

        self.window.add_lab(lab, build)

    def open_house(self) -> None:
        """Show the desk as it is and from now on; called once all labs are there."""
        self.document.listen(self._on_desk_changed)
        self.window.show_lab(self.document.desk.lab)
        self.show_history()
        self.refresh()

    def wake_engine(self, wake: Wake) -> None:
        """Import torch on the engine's thread, and learn which devices there are."""
        self.runner.run(
            "house.wake", wake, title="Loading torch", on_done=self._on_awake, is_cancellable=False
        )

    def build_ahead(self, every_ms: int) -> None:
        """Once torch is there, build the labs not looked at yet, one at a time."""
        self._unbuildable: set[str] = set()
        self._builder = QTimer(self)
        self._builder.timeout.connect(self._build_next)
        self._builder.start(every_ms)

    def _build_next(self) -> None:
        if not self.devices:
            return  # torch is still being imported
        if QApplication.activePopupWidget() or QApplication.activeModalWidget():
            return  # building would close the menu that the user has just opened
        rooms = self.window.rooms.items()
        waiting = [n for n, room in rooms if not room.is_built and n not in self._unbuildable]
        if not waiting:
            self._builder.stop()
            return
        try:
            _ = self.window.rooms[waiting[0]].parts
        except Exception:
            log.exception("the room of %s could not be built", waiting[0])
            self._unbuildable.add(waiting[0])  # its own first look tells the user

    # Changes of the desk

    def refresh(self) -> None:
        """Show the lab that is shown, from its scene."""
        room = self.window.rooms[self.window.shown]
        scene = self.document.scene(room.lab.name)
        room.controls.show_scene(scene)
        picture = self.shelf.current()
        room.presenter.show(scene, picture)
        if picture is not None:
            words = f"{picture.name} · {picture.width} × {picture.height}"
            self.window.status_bar.image.setText(words)

    def _on_desk_changed(self, before: Desk, after: Desk) -> None:
        if after.lab != self.window.shown:
            self.window.rooms[self.window.shown].presenter.leave()
            self.window.message_bar.hush()
            self.window.show_lab(after.lab)
        self.refresh()
        self.show_history()

    def show_history(self) -> None:
        """Show whether there is something to undo or redo, and the current image."""
        can_undo, can_redo = self.document.can_undo, self.document.can_redo
        self.window.undo_action.setEnabled(can_undo)
        self.window.undo_button.setEnabled(can_undo)
        self.window.redo_action.setEnabled(can_redo)
        self.window.inspector.strip.show_current(self.document.desk.image)

    # Commands

    def choose_lab(self, name: str) -> None:
        """Go to a lab."""
        self.document.choose_lab(name)

    def undo(self) -> None:
        """Take the last change back."""
        self.document.undo()

    def redo(self) -> None:
        """Make the undone change again."""
        self.document.redo()

    def reset_scene(self) -> None:
        """Go back to the first scene of the lab shown."""
        lab = self.document.labs[self.document.desk.lab]
        self.document.change_scene(lab.name, lab.scene_type())

    def open_images(self) -> None:
        """Ask for images and open them."""
        patterns = " ".join(f"*{suffix}" for suffixes in FORMATS.values() for suffix in suffixes)
        names, _ = QFileDialog.getOpenFileNames(
            self.window, "Open images", "", f"Images ({patterns});;All files (*)"
        )
        if names:
            self.shelf.open([Path(n) for n in names])

    def open_folder(self) -> None:
        """Ask for a folder and open its images."""
        name = QFileDialog.getExistingDirectory(self.window, "Open the images of a folder")
        if name:
            self.shelf.open([Path(name)])

    def paste(self) -> None:
        """Use what is on the clipboard: an image, or files."""
        mime = QGuiApplication.clipboard().mimeData()  # None where the clipboard is empty
        if mime is None or not self._take(mime):
            self.tell("There is no image on the clipboard; copy one, then paste it here.")

    def export(self) -> None:
        """Ask for a file and save the view or its numbers."""
        path = ask_to_save(self.window, "Export", f"{self.document.desk.lab}.png", EXPORTS)
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Save the view (.png) or its numbers (.npz, .csv, .json), on the thread for files."""
        room = self.window.rooms[self.window.shown]
        try:
            if path.suffix.lower() == ".png":
                image = grab(room.panel.figure())
                save = partial(save_picture, path, image)
            else:
                save = partial(save_numbers, path, room.presenter.numbers())
        except VizError as error:
            self.tell(str(error))
            return
        self.errands.run(
            "house.export",
            lambda _turn: save(),
            title=f"Saving {path.name}",
            on_done=lambda _result: self.tell_done(f"Saved {path.name}."),
            on_failed=self._on_failed,
            must_finish=True,
        )

    def copy_snippet(self) -> None:
        """Copy the PyTorch program of the lab shown."""
        try:
            program = self.window.rooms[self.window.shown].presenter.snippet()
        except VizError as error:
            self.tell(str(error))
            return
        QGuiApplication.clipboard().setText(program)
        self.tell_done("The PyTorch program is on the clipboard.")

    def show_palette(self) -> None:
        """Open the command palette."""
        palette = CommandPalette(self.window.palette_actions(), self.theme, self.window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open_over(self.window)

    def show_keys(self) -> None:
        """Show all keys."""
        keys = KeysDialog(self.window.key_groups(), self.theme, self.window)
        keys.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys.show()

    def show_networks(self) -> None:
        """Show the networks there are and can be had."""
        self.networks.open_at()

    def show_about(self) -> None:
        """Show the version and the licences."""
        box = QMessageBox(self.window)
        box.setWindowTitle("About Convolab")
        box.setText(f"Convolab {viz_app.__version__}")
        box.setInformativeText(
            "See convolutional networks work, on your own images. MIT licence. Pictures never "
            "leave this computer."
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setModal(False)
        box.show()

    def cancel_job(self) -> None:
        """Cancel the job that the status bar shows."""
        self.window.status_bar.ask_to_cancel()

    def cancel_lane(self, lane: str) -> None:
        """Cancel a job, whichever thread it is on."""
        for row in self.networks.rows.values():
            if row.lane == lane:
                self.networks.cancel(row)
        for runner in (self.runner, self.errands):
            runner.cancel(lane)
        for room in self.window.built_rooms:
            room.presenter.cancelled(lane)

    def set_theme(self, mode: str) -> None:
        """Choose light, dark or the system's colours."""
        self.theme.set_mode(mode)  # type: ignore[arg-type]
        self._remember(theme=mode)

    def toggle_inspector(self) -> None:
        """Hide or show the column of controls: its room is the lab's."""
        self.window.inspector.setVisible(self.window.inspector.isHidden())

    def present(self) -> None:
        """Fill the screen with the lab alone, for a class; again for the whole window."""
        self.window.present(not self.window.is_presenting)
        if self.window.is_presenting:
            self.tell_done("F11 brings the window back.")

    def zoom_text(self, factor: float) -> None:
        """Make text larger or smaller; 0 is the normal size."""
        scale = min(max(self.theme.scale * factor, 0.8), 2.0) if factor else 1.0
        self.theme.set_scale(round(scale, 2))
        self._remember(text_scale=round(scale, 2))

    def choose_device(self, name: str) -> None:
        """Compute on another device from the next step on."""
        self.runner.engine.set_device(name)
        self._remember(device=name)
        self._show_devices()
        self.refresh()

    def close(self) -> None:
        """Quit."""
        self.window.close()

    # Answers

    def tell(self, sentence: str) -> None:
        """Say one sentence to the user."""
        self.window.message_bar.tell(sentence)

    def tell_done(self, sentence: str) -> None:
        """Say that something went well, for a moment, in the status bar."""
        self.window.status_bar.tell(sentence)

    def _on_failed(self, failure: Failure) -> None:
        if isinstance(failure.error, VizError):
            self.tell(str(failure.error))
        else:
            self.window.message_bar.tell(
                "Something went wrong; what was on the screen is kept.", details=failure.details
            )

    def _on_activity_changed(self) -> None:
        self.window.status_bar.show_activities(
            [*self.runner.activities, *self.errands.activities, *self.fetches.activities]
        )

    def _on_strip_changed(self) -> None:
        if tuple(self.shelf.recent) != self.settings.recent:
            self._remember(recent=tuple(self.shelf.recent))

    def _on_network_arrived(self, name: str) -> None:
        room = self.window.rooms[self.window.shown]
        if room.lab.name in self.parts.weights.registry.network(name).labs:
            self.window.message_bar.hush()
            room.presenter.network_arrived(name)

    def _on_awake(self, devices: Sequence[Any]) -> None:
        self.devices = devices
        names = [d.name for d in devices]
        wanted = self.settings.device
        self.runner.engine.set_device(wanted if wanted in names else names[0])
        self._show_devices()

    def _show_devices(self) -> None:
        choices = [(d.name, d.words) for d in self.devices]
        self.window.status_bar.show_devices(choices, self.runner.engine.device)

    def _on_dropped(self, mime: QMimeData) -> None:
        if not self._take(mime):
            self.tell("What was dropped holds no image; save it as a file, then drop that.")

    def _take(self, mime: QMimeData) -> bool:
        """Open what was pasted or dropped; False if it holds no image."""
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        scenes = [p for p in paths if p.suffix == ".json"]
        if scenes:
            self.scenes.open_all(scenes)
        elif paths:
            self.shelf.open(paths)
        elif mime.hasImage():
            image = QImage(mime.imageData())
            if image.isNull():
                return False
            self.shelf.open_bytes(lambda: to_png(image), "pasted.png")
        return bool(paths) or mime.hasImage()

    def restore(self, images: Sequence[str], lab: str = "") -> None:
        """Lay the last session on the desk, then what the command line asks for."""
        if sentence := self.session.restore():
            self.tell(sentence)
        self.shelf.restore_recent(self.settings.recent)
        if lab:
            self.document.choose_lab(lab)
        if images:
            self.shelf.open([Path(i).absolute() for i in images])

    def leave(self) -> None:
        """End: save, let go of the jobs, stop the threads."""
        size = self.window.normalGeometry()  # that which it has when it fills no screen
        self.settings = replace(
            self.settings, recent=tuple(self.shelf.recent), window=(size.width(), size.height())
        )
        try:
            self.session.save_now(self.settings)
            for room in self.window.built_rooms:
                room.presenter.close()
        finally:
            self._end_threads()

    def _end_threads(self) -> None:
        # A thread may sit in an import or in a network read; all are daemons.
        runners = ((self.runner, 0.8), (self.errands, 0.8), (self.fetches, 0.2))
        ended = [runner.close(timeout_s=s) for runner, s in runners]  # every one of them
        self.has_ended = all(ended)

    def _remember(self, **fields: Any) -> None:
        self.settings = replace(self.settings, **fields)
        self.session.save_settings(self.settings)
