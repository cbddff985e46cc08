"""All that the user chose: the lab, the image, and every lab's scene; with undo and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from viz_app.core.errors import SceneError
from viz_app.labs.history import History
from viz_app.labs.lab import Lab

VERSION = 1  # of the file; raise it when an old program could not read a new file
FIRST_IMAGE = "sample:chelsea"


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: one state of the whole document."""

    lab: str
    image: str
    scenes: Mapping[str, Any]


Listener = Callable[[Desk, Desk], None]  # before, after


class Document:
    """The desk, its history, and who wants to know of changes.

    Parameters
    ----------
    labs
        the labs there are; the first is shown first
    """

    def __init__(self, labs: Iterable[Lab[Any]]) -> None:
        self.labs = {lab.name: lab for lab in labs}
        first = next(iter(self.labs))
        scenes = {name: lab.resolve(lab.scene_type()) for name, lab in self.labs.items()}
        self._history = History(Desk(first, FIRST_IMAGE, scenes))
        self._listeners: list[Listener] = []

    @property
    def desk(self) -> Desk:
        return self._history.now

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    def scene(self, lab: str) -> Any:
        """Return the present scene of a lab."""
        return self.desk.scenes[lab]

    def listen(self, listener: Listener) -> None:
        """Call ``listener(before, after)`` after every change."""
        self._listeners.append(listener)

    def change_scene(self, lab: str, scene: Any, gesture: str = "") -> None:
        """Put a lab's next scene on the desk, resolved; one gesture is one step of undo."""
        scene = self.labs[lab].resolve(scene)
        scenes = {**self.desk.scenes, lab: scene}
        self._push(replace(self.desk, scenes=scenes), gesture and f"{lab}.{gesture}")

    def choose_lab(self, lab: str) -> None:
        """Show another lab; walking about is not a step of undo."""
        if lab in self.labs:
            self._tell(lambda: self._history.replace(replace(self.desk, lab=lab)))

    def choose_image(self, ref: str) -> None:
        """Make another image the one that serves every lab."""
        self._push(replace(self.desk, image=ref))

    def fall_back_to_image(self, ref: str) -> None:
        """Replace an image that is gone, without a step of undo that would bring it back."""
        self._tell(lambda: self._history.replace(replace(self.desk, image=ref)))

    def undo(self) -> None:
        """Take the last step back and show the lab in which it was made."""
        self._go(self._history.undo)

    def redo(self) -> None:
        """Take the last undone step again."""
        self._go(self._history.redo)

    def to_json(self, only_lab: str | None = None) -> bytes:
        """Return the desk, or one lab's scene with the image, as a JSON file's bytes."""
        desk = self.desk
        scenes = {k: v for k, v in desk.scenes.items() if only_lab in (None, k)}
        record = {
            "convolab": VERSION,
            "lab": only_lab or desk.lab,
            "image": desk.image,
            "scenes": scenes,
        }
        return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"

    def open_json(self, data: bytes, *, is_undoable: bool = True) -> list[str]:
        """Lay what a file holds on the desk.

        Returns
        -------
        list of str
            a sentence for each lab whose scene could not be understood and was left as it is

        Raises
        ------
        SceneError
            if the file is not ours, damaged, or written by a newer version
        """
        record = _read_record(data)
        scenes, sentences = dict(self.desk.scenes), []
        for name, raw in record.scenes.items():
            lab = self.labs.get(name)
            if lab is None:
                sentences.append(f"The file has a scene for “{name}”, a lab this version lacks.")
                continue
            try:
                scenes[name] = lab.resolve(msgspec.convert(raw, type(lab.scene_type())))
            except msgspec.ValidationError as error:
                sentences.append(f"The {lab.title} scene in the file was left out: {error}.")
        lab_name = record.lab if record.lab in self.labs else self.desk.lab
        desk = Desk(lab_name, record.image, scenes)
        if is_undoable:
            self._push(desk)
        else:
            self._tell(lambda: self._history.replace(desk))
        return sentences

    def _push(self, desk: Desk, gesture: str = "") -> None:
        self._tell(lambda: self._history.push(desk, gesture))

    def _go(self, move: Callable[[], Desk]) -> None:
        def step() -> None:
            before = self.desk
            after = move()
            changed = [k for k in after.scenes if after.scenes[k] != before.scenes.get(k)]
            shown = before.lab if not changed or before.lab in changed else changed[0]
            self._history.replace(replace(after, lab=shown))

        self._tell(step)

    def _tell(self, change: Callable[[], Any]) -> None:
        before = self.desk
        change()
        if self.desk != before:
            for listener in tuple(self._listeners):
                listener(before, self.desk)


@dataclass(frozen=True, slots=True)
class _Record:
    """The file's outer shape."""

    convolab: int
    lab: str
    image: str
    scenes: dict[str, Any]


def _read_record(data: bytes) -> _Record:
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SceneError("This file is not a Convolab scene: it is not readable JSON.") from None
    version = raw.get("convolab") if isinstance(raw, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise SceneError(
            f"This file was written by a newer Convolab (format {version}, this one reads "
            f"{VERSION}); update the program to open it."
        )
    try:
        return msgspec.convert(raw, _Record)
    except msgspec.ValidationError as error:
        raise SceneError(f"This file is not a Convolab scene: {error}.") from None
