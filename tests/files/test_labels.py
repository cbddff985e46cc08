from __future__ import annotations

from viz_app.files import labels


def test_imagenet_names_stand_in_the_order_of_the_networks_outputs():
    names = labels.imagenet()
    assert len(names) == 1000
    assert (names[0], names[285], names[967], names[999]) == (
        "tench", "Egyptian cat", "espresso", "toilet tissue",
    )  # fmt: skip


def test_coco_names_stand_in_darknets_order():
    names = labels.coco()
    assert len(names) == len(set(names)) == 80
    assert (names[0], names[16], names[79]) == ("person", "dog", "toothbrush")
