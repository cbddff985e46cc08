"""``viz-app doctor``: versions, devices, what is present; what a report of a fault needs first."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
from typing import Any

import viz_app
from viz_app.files.settings import Places
from viz_app.files.weights import WeightsStore

PARTS = ("torch", "PySide6-Essentials", "pyqtgraph", "numpy", "Pillow", "ziamath", "safetensors")


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    subparsers.add_parser("doctor", help="print versions, devices and the networks present")


def run(args: argparse.Namespace) -> int:
    """Print what a report of a fault needs."""
    print(f"Convolab {viz_app.__version__} · Python {platform.python_version()}")
    print(f"{platform.platform()} · {os.cpu_count()} cores")
    for part in PARTS:
        try:
            print(f"  {part} {importlib.metadata.version(part)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"  {part} is missing: install Convolab again")
    print(f"Window: {_window()}")
    for line in _devices():
        print(f"Device: {line}")
    store, places = WeightsStore(), Places.of_user()
    for network in store.networks():
        state = "present" if store.is_present(network.name) else "absent"
        print(f"Network: {network.name} {state}")
    print(f"Networks are kept in {store.folder}")
    print(f"Settings: {places.settings}\nSession: {places.session}\nLog: {places.log}")
    return 0


def _window() -> str:
    from viz_app.cli import why_no_window

    return why_no_window() or "can be shown"


def _devices() -> list[str]:
    try:
        from viz_app.compute import device
    except ImportError as error:
        return [f"torch cannot be imported ({error})"]
    return [f"{d.name} ({d.words})" for d in device.wake()]
