"""Settings and the session as files that survive a crash, a corrupt byte and a newer version."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from platformdirs import user_config_path, user_data_path

from viz_app.core.errors import SaveError
from viz_app.files.atomic import set_aside, write_atomic

VERSION = 1


Pixels = Annotated[int, msgspec.Meta(ge=100, le=32_000)]


@dataclass(frozen=True, slots=True)
class Settings:
    """What belongs to the user and not to a scene."""

    version: int = VERSION
    theme: Literal["light", "dark", "system"] = "system"
    text_scale: Annotated[float, msgspec.Meta(ge=0.5, le=3)] = 1.0
    has_motion: bool = True
    device: str = ""  # empty: the best there is
    recent: tuple[str, ...] = ()
    window: tuple[Pixels, Pixels] = (1440, 900)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the program keeps its files; a test gives a temporary folder.

    ``VIZ_APP_HOME`` puts everything under one folder.
    """

    config: Path
    data: Path

    @classmethod
    def of_user(cls) -> Places:
        """The places that the system sets aside for programs."""
        if home := os.environ.get("VIZ_APP_HOME"):
            return cls(Path(home) / "config", Path(home) / "data")
        return cls(user_config_path("convolab"), user_data_path("convolab"))

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def session(self) -> Path:
        return self.data / "session.json"

    @property
    def pasted(self) -> Path:
        """The folder of pasted images: they live nowhere else."""
        return self.data / "pasted"

    @property
    def log(self) -> Path:
        return self.data / "viz-app.log"


def load_settings(path: Path) -> tuple[Settings, str]:
    """Return the settings, and a sentence if the file had to be set aside (or an empty string)."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), kept_aside(path, f"The settings could not be read ({error.strerror})")
    try:
        settings = msgspec.json.decode(data, type=Settings)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Settings(), kept_aside(path, "The settings file was damaged")
    if settings.version > VERSION:
        return Settings(), kept_aside(path, "The settings file is from a newer version")
    return settings, ""


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings; the former file stays whole until the new one is."""
    write_atomic(path, msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")


def kept_aside(path: Path, what: str) -> str:
    """Rename a file that cannot be used, and return the sentence that tells of it."""
    try:
        return f"{what}; it is kept as {set_aside(path).name}, and the program starts afresh."
    except SaveError:
        return f"{what}; the program starts afresh."
