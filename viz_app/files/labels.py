"""Names of the classes that published networks tell apart."""

from __future__ import annotations

from functools import cache

from viz_app.files.resources import resource


def imagenet() -> tuple[str, ...]:
    """The 1000 classes of ImageNet 2012, in the order of the networks' outputs."""
    return _lines("imagenet.txt")


def coco() -> tuple[str, ...]:
    """The 80 classes of COCO, in darknet's order."""
    return _lines("coco.txt")


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple(resource("labels", name).read_text(encoding="utf-8").splitlines())
