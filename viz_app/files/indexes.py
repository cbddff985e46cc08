"""Which Python package indexes the user's own settings name: the ones that pip would ask.

Settings are read as pip documents them (https://pip.pypa.io/en/stable/topics/configuration/):
configuration files from the system's to the user's to the environment's, then variables
``PIP_...``, the later winning.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from pypi_simple import PYPI_SIMPLE_ENDPOINT

_SECTIONS = ("global", "download", "install")
_KEYS = ("index-url", "extra-index-url", "no-index", "cert", "proxy")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Package indexes in the order to ask, and how to reach the network."""

    urls: tuple[str, ...] = (PYPI_SIMPLE_ENDPOINT,)
    certificates: str | None = None
    proxy: str | None = None


def read_index_settings(
    environment: Mapping[str, str] | None = None, files: Iterable[Path] | None = None
) -> IndexSettings:
    """The settings in pip's configuration `files` (default: pip's own) and in `environment`."""
    environment = os.environ if environment is None else environment
    values: dict[str, str] = {}
    for path in _pip_files(environment) if files is None else files:
        values |= _read(path)
    for key in _KEYS:
        variable = environment.get("PIP_" + key.upper().replace("-", "_"))
        if variable:
            values[key] = variable
    urls = (
        values.get("index-url", PYPI_SIMPLE_ENDPOINT),
        *values.get("extra-index-url", "").split(),
    )
    if values.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        urls = ()
    spoken = tuple(url for url in urls if url.startswith(("https://", "http://")))
    return IndexSettings(spoken, values.get("cert"), values.get("proxy"))


def _read(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}  # pip itself complains about it; the other sources still stand
    found: dict[str, str] = {}
    for section in filter(parser.has_section, _SECTIONS):
        found |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    return {key: value for key, value in found.items() if key in _KEYS and value}


def _pip_files(environment: Mapping[str, str]) -> list[Path]:
    own = environment.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return []
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    system = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    files = [Path(folder) / name for folder in system.split(os.pathsep)]
    if sys.platform != "win32":
        files.append(Path("/etc") / name)
    if own is None:
        old = Path.home() / ("pip" if sys.platform == "win32" else ".pip") / name
        user = platformdirs.user_config_dir("pip", appauthor=False, roaming=True)
        files += [old, Path(user) / name]
    files.append(Path(sys.prefix) / name)
    return [*files, Path(own)] if own else files
