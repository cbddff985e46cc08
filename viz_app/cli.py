"""The command line. Only what a command needs is imported: ``viz-app weights`` knows no Qt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import viz_app
from viz_app.core.errors import VizError

LABS = ("convolution", "networks", "activations", "detection", "style")
COMMANDS = ("tour", "weights", "style", "patches", "doctor")
NO_SCREEN = (
    "There is no screen here: `viz-app tour --out DIR` runs every lab without one and writes "
    "a picture and the numbers of each."
)
DEBIAN_PACKAGES = (
    "libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program or one of its commands; return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in COMMANDS:
            status = _run_command(arguments)
            sys.stdout.flush()
            return status
        return _run_window(arguments)
    except VizError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _run_command(arguments: list[str]) -> int:
    from viz_app.commands import doctor, patches, style, tour, weights

    parser = argparse.ArgumentParser(prog="viz-app")
    subparsers = parser.add_subparsers(dest="command", required=True)
    parts = {
        "tour": tour,
        "weights": weights,
        "style": style,
        "patches": patches,
        "doctor": doctor,
    }
    for part in parts.values():
        part.add_parser(subparsers)
    args = parser.parse_args(arguments)
    status: int = parts[args.command].run(args)
    return status


def _run_window(arguments: list[str]) -> int:
    args = _window_parser().parse_args(arguments)
    if args.net:
        from viz_app.files.specs import check_spec

        check_spec(args.net)
    if sentence := why_no_window():
        print(sentence, file=sys.stderr)
        return 2
    from viz_app import app

    return app.start(args.images, args.lab, args.theme, args.net)


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="viz-app",
        description="See convolutional networks work, on your own images, number by number.",
        epilog="Commands: viz-app tour --out DIR · viz-app weights list · viz-app doctor",
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="images or folders to open")
    parser.add_argument("--lab", default="", choices=LABS)
    parser.add_argument(
        "--net",
        default="",
        metavar="SPEC",
        help="your own network: a file of weights, module:factory or file.py:factory (runs it)",
    )
    parser.add_argument("--theme", default="", choices=("light", "dark", "system"))
    parser.add_argument("--version", action="version", version=f"Convolab {viz_app.__version__}")
    return parser


def why_no_window() -> str:
    """Return the sentence that says why no window can be shown, or an empty string."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    is_x11_or_wayland = sys.platform.startswith(("linux", "freebsd")) and platform in (
        "",
        "xcb",
        "wayland",
    )
    if is_x11_or_wayland and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return NO_SCREEN
    return why_no_qt(needs_x11=is_x11_or_wayland and not os.environ.get("WAYLAND_DISPLAY"))


def why_no_qt(*, needs_x11: bool = False) -> str:
    """Return the sentence that says what Qt lacks on this system, or an empty string.

    Qt ends the process where a library of its X11 plugin is missing, so the plugin is loaded
    once by hand before Qt does it.
    """
    try:
        from PySide6 import QtGui, QtSvg, QtWidgets  # noqa: F401
        from PySide6.QtCore import QLibraryInfo

        if needs_x11:
            import ctypes
            from pathlib import Path

            plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
            plugin = plugins / "platforms" / "libqxcb.so"
            if plugin.exists():
                ctypes.CDLL(str(plugin))
    except (ImportError, OSError) as error:
        missing = str(error).partition(":")[0]
        return (
            f"A system library that Qt needs is missing ({missing}); on Debian or Ubuntu: "
            f"sudo apt-get install {DEBIAN_PACKAGES}"
        )
    return ""
