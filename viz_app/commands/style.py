"""``viz-app style CONTENT STYLE -o OUT``: paint without a window, one picture or many."""

from __future__ import annotations

import argparse
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from viz_app.core.errors import DeviceError, MemoryShort, SaveError, VizError, WeightsError
from viz_app.core.style_terms import STYLE_LAYERS, Pooling, StyleState
from viz_app.engine.engine import Turn
from viz_app.files.animation import ANIMATION_SUFFIXES
from viz_app.files.images import save_image, text_of
from viz_app.files.samples import open_ref
from viz_app.files.weights import WeightsStore
from viz_app.labs.document import Document
from viz_app.labs.style import jobs
from viz_app.labs.style.batch import free_name, members, scene_json
from viz_app.labs.style.mask import as_text, of_picture
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.runs import Run, state_of
from viz_app.labs.style.scene import (
    BLENDS,
    MORE_LAYERS,
    MOST_STYLES,
    Colours,
    ContentLayer,
    Judge,
    Mode,
    Size,
    StyleScene,
    lambda_field,
    resolve,
)

T = TypeVar("T")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")

FLOATS = (
    ("alpha", "content weight α"),
    ("beta", "style weight β"),
    ("variation", "smoothness τ"),
    ("rate", "learning rate"),
)


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "style",
        help="paint pictures in the manner of others, without a window",
        description="CONTENT and STYLE are picture files, folders of them, or sample:NAME. "
        "With a folder, every content is painted in every style, and OUT is a folder.",
    )
    parser.add_argument("content", metavar="CONTENT")
    parser.add_argument("style", metavar="STYLE")
    parser.add_argument(
        "-o", "--out", required=True, metavar="OUT", help="picture (.png, .jpg, .tif) or folder"
    )
    parser.add_argument(
        "--settings", metavar="FILE", help="a saved scene (.json) or a picture saved by Convolab"
    )
    for field, words in FLOATS:
        parser.add_argument(
            f"--{field}", type=_number, metavar="X", help=f"{words}: a factor, 1 is usual"
        )
    parser.add_argument(
        "--lambdas",
        type=_number,
        nargs=5,
        metavar="X",
        help=f"factor of each style layer ({', '.join(STYLE_LAYERS)})",
    )
    parser.add_argument("--size", type=int, choices=get_args(Size), help="longer side in pixels")
    parser.add_argument("--steps", type=int, metavar="N", help="how many steps (10 to 3000)")
    parser.add_argument("--optimiser", choices=("adam", "lbfgs"))
    parser.add_argument("--start", choices=("content", "noise"))
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--content-layer", choices=get_args(ContentLayer), metavar="LAYER")
    parser.add_argument("--colours", choices=get_args(Colours))
    _add_run_options(parser)
    parser.add_argument("--coarse-to-fine", action="store_true", default=None)
    parser.add_argument("--plateau", action="store_true", default=None, help="end at a plateau")
    parser.add_argument("--exact", action="store_true", help="float32 throughout")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps (default cpu)")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lambda",
        dest="more_lambdas",
        action="append",
        type=_layer_factor,
        metavar="LAYER=X",
        help="factor of one style layer, any convolution, for instance conv3_2=1",
    )
    parser.add_argument("--mode", choices=get_args(Mode), help="what is painted")
    parser.add_argument("--network", choices=get_args(Judge), help="what judges the pictures")
    parser.add_argument("--pooling", choices=get_args(Pooling))
    parser.add_argument(
        "--style-scale", type=_number, metavar="X", help="size of the style picture, 1 is usual"
    )
    parser.add_argument(
        "--also",
        dest="others",
        action="append",
        metavar="STYLE",
        help=f"a further style picture; up to {MOST_STYLES - 1}",
    )
    parser.add_argument(
        "--blend", type=_number, nargs="+", metavar="X", help="weight of each style picture"
    )
    parser.add_argument(
        "--mask", metavar="FILE", help="picture that is white where the style applies"
    )
    parser.add_argument(
        "--film", metavar="FILE", help="save the run of one picture as well: .gif, .mp4, .webm"
    )
    parser.add_argument("--start-image", metavar="FILE", help="a picture to begin with")


def _layer_factor(text: str) -> tuple[str, float]:
    layer, _, factor = text.partition("=")
    if layer not in (*STYLE_LAYERS, *MORE_LAYERS):
        raise argparse.ArgumentTypeError(f"there is no layer {layer!r}")
    return lambda_field(layer), _number(factor)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is no number to paint with")
    return value


def run(args: argparse.Namespace) -> int:
    """Paint every content in every style; return the exit status."""
    pairs = list(outputs(args.content, args.style, Path(args.out)))
    film = None if args.film is None else _film(Path(args.film), len(pairs))
    for path in filter(None, (film, pairs[0][2])):
        _demand_folder(path)
    scene = scene_of(args)
    store = WeightsStore()
    turn = CommandTurn(args.device)
    start = args.start_image
    state = None if start is None else state_of(open_ref(start).pixels)
    failed = saved = 0
    try:
        for i, (content, style, out) in enumerate(pairs, 1):
            count = f"[{i}/{len(pairs)}] " if len(pairs) > 1 else ""
            try:
                _paint(scene, content, style, out, store, turn, count, state, film)
                saved += 1
            except (SaveError, WeightsError, DeviceError, MemoryShort):
                raise  # the next one would not fare better
            except VizError as error:  # the others may be well
                print(f"{count}{error}", file=sys.stderr)
                failed += 1
    except KeyboardInterrupt:
        print(f"\nStopped; {saved} of {len(pairs)} saved.", file=sys.stderr)
        return 130
    if len(pairs) > 1:
        print(f"Saved {saved}" + (f", skipped {failed}." if failed else "."))
    return 1 if failed else 0


def outputs(content: str, style: str, out: Path) -> Iterator[tuple[str, str, Path]]:
    """Every content with every style, and where it goes.

    Raises
    ------
    SaveError
        if several pictures would go into one file, or its ending says nothing of how
    """
    contents, styles = members(content), members(style)
    is_folder = out.is_dir() or not out.suffix
    if len(contents) * len(styles) > 1 and not is_folder:
        raise SaveError(f"“{out.name}” is one file for several pictures: name a folder.")
    if not is_folder:
        _with_ending(out, PICTURE_SUFFIXES)
    taken: set[str] = set()
    for one in contents:
        for other in styles:
            yield one, other, out / free_name(one, other, taken) if is_folder else out


def _film(path: Path, pictures: int) -> Path:
    """Where a film goes. Raises SaveError before the run, not after, if it cannot."""
    if pictures > 1:
        raise SaveError(f"“{path.name}” is one film for several pictures: paint one at a time.")
    return _with_ending(path, ANIMATION_SUFFIXES)


def _with_ending(path: Path, endings: Sequence[str]) -> Path:
    if path.suffix.lower() not in endings:
        known = ", ".join(endings)
        raise SaveError(f"“{path.name}” needs an ending that says how to save it: {known}.")
    return path


def _demand_folder(path: Path) -> None:
    """Raise SaveError before hours of painting if nothing can be written there."""
    folders = (path, *path.absolute().parents)
    place = next(folder for folder in folders if os.access(folder, os.F_OK))
    if place != path and not (place.is_dir() and os.access(place, os.W_OK)):
        raise SaveError(f"Nothing can be saved into “{place.name}”: choose another folder.")


def scene_of(args: argparse.Namespace) -> StyleScene:
    """The scene that the options ask for, on top of saved settings.

    Raises
    ------
    VizError
        if there are more styles than can be mixed, or not one weight for each
    """
    scene = StyleScene() if args.settings is None else _saved_scene(Path(args.settings))
    fields = {
        field: getattr(args, field)
        for field in (
            *(name for name, _ in FLOATS),
            "size",
            "steps",
            "optimiser",
            "start",
            "seed",
            "content_layer",
            "colours",
            "mode",
            "network",
            "pooling",
            "style_scale",
        )
    }
    fields["others"] = None if args.others is None else tuple(args.others)
    fields["mask"] = None if args.mask is None else _mask(args.mask)
    fields |= dict(args.more_lambdas or ())
    fields |= dict(zip(BLENDS, args.blend or (), strict=False))
    fields["is_coarse_to_fine"] = args.coarse_to_fine
    fields["is_plateau_end"] = args.plateau
    fields["precision"] = "float32" if args.exact else None
    for i, value in enumerate(args.lambdas or (), 1):
        fields[f"lambda_{i}"] = value
    given = {name: value for name, value in fields.items() if value is not None}
    wanted = _replace(scene, given)
    count = len(wanted.styles)
    if count > MOST_STYLES:
        raise VizError(f"At most {MOST_STYLES} styles can be mixed, not {count}: leave some out.")
    if args.blend and len(args.blend) != count:
        raise VizError(f"--blend: one weight for each style, STYLE first, {count} in all.")
    changed: StyleScene = resolve(wanted)
    return changed


class CommandTurn(Turn):
    """What a job asks of its engine, where there is none."""

    def __init__(self, device: str) -> None:
        self._retired = threading.Event()
        self._device = device
        self._kept: dict[Hashable, Any] = {}

    @property
    def device(self) -> str:
        return self._device

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept


def _paint(
    scene: StyleScene,
    content: str,
    style: str,
    out: Path,
    store: WeightsStore,
    turn: Turn,
    count: str,
    state: StyleState | None,
    film: Path | None,
) -> None:
    run = Run(
        out.name, "style", _replace(scene, {"style": style}), open_ref(content), open_ref(style)
    )
    run.state = state
    started, told = time.monotonic(), 0.0
    is_terminal = sys.stderr.isatty()
    painted = None
    for painted in jobs.paint(store, run.painting(), run.mailbox, run.trace)(turn):
        run.took(painted)
        if time.monotonic() - told > (0.2 if is_terminal else 10):
            told = time.monotonic()
            words = f"{count}{out.name}: step {run.step}/{scene.steps}, J {run.total:.4g}"
            print(words, end="\r" if is_terminal else "\n", file=sys.stderr, flush=True)
        if painted.is_flat and scene.is_plateau_end:
            break
    assert painted is not None
    save_image(out, painted.pixels, {"convolab": scene_json(StylePresenter.lab, run)})
    if film is not None:
        jobs.save_film(film, run.film.frames)(turn)
    seconds = time.monotonic() - started
    print(f"{count}{out}  step {run.step}, J {run.total:.4g}, {seconds:.1f} s")


def _saved_scene(path: Path) -> StyleScene:
    document = Document([StylePresenter.lab])
    if path.suffix.lower() == ".json":
        try:
            data = path.read_bytes()
        except OSError as error:
            raise VizError(f"“{path.name}” cannot be read ({error.strerror}).") from error
    else:
        data = text_of(path).get("convolab", "").encode()
    for sentence in document.open_json(data):
        raise VizError(sentence)
    scene: StyleScene = document.scene("style")
    return scene


def _mask(name: str) -> str:
    return as_text(of_picture(open_ref(name).pixels))


def _replace(scene: StyleScene, fields: dict[str, Any]) -> StyleScene:
    return replace(scene, **fields)
