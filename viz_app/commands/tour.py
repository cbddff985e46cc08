"""``viz-app tour --out DIR``: every lab on the bundled samples, also where there is no screen."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from viz_app.core.errors import VizError
from viz_app.files.weights import WeightsStore


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "tour", help="run every lab on the samples and write a picture and the numbers of each"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument(
        "--size", type=_size, default=(1440, 900), help="of the window (default 1440x900)"
    )
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    parser.add_argument("--scale", type=float, default=1.0, help="of the text (default 1.0)")
    parser.add_argument("--no-fetch", action="store_true", help="use what is here, fetch nothing")


def run(args: argparse.Namespace) -> int:
    """Fetch what the labs need if it can be had, then show each and write what it shows."""
    from viz_app.cli import why_no_qt

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if sentence := why_no_qt():
        print(sentence, file=sys.stderr)
        return 2
    skipped = [] if args.no_fetch else _fetch(WeightsStore())
    from viz_app import app

    written = app.tour(Path(args.out), args.size, theme=args.theme, scale=args.scale)
    for sentence in (*skipped, *written.skipped):
        print(f"Skipped: {sentence}")
    for path in written.files:
        print(path)
    return 0 if written.files else 1


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"“{text}” is no size; write it as 1440x900")
    return int(width), int(height)


def _fetch(store: WeightsStore) -> list[str]:
    """Fetch the standard networks that are not here; return a sentence for each that failed."""
    sentences = []
    for network in store.registry.expand(["standard"]):
        if store.is_present(network.name):
            continue
        print(f"Fetching {network.title} ({network.size / 1e6:.1f} MB, {network.licence}) …")
        try:
            for _step in store.fetch(network.name):
                pass
        except VizError as error:
            sentences.append(str(error))
    return sentences
