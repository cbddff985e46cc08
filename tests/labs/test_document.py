from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core.errors import SceneError
from viz_app.labs.document import VERSION, Document
from viz_app.labs.lab import Lab


@dataclass(frozen=True, slots=True)
class Scene:
    number: int = 3
    word: Literal["a", "b"] = "a"
    pairs: tuple[tuple[float, float], ...] = ()


def clamp(scene):
    return replace(scene, number=min(max(scene.number, 0), 10))


def make_document():
    labs = [
        Lab(n, n.title(), "", "", Scene, (), lambda s, p: "", resolve=clamp) for n in ("one", "two")
    ]
    return Document(labs)


@pytest.fixture
def document():
    return make_document()


def test_a_change_is_resolved_before_it_lies_on_the_desk(document):
    document.change_scene("one", Scene(number=99))
    assert document.scene("one").number == 10


def test_listeners_hear_of_changes_and_of_nothing_else(document):
    heard = []
    document.listen(lambda before, after: heard.append((before.scenes["one"], after.scenes["one"])))
    document.change_scene("one", Scene(number=3))
    document.change_scene("one", Scene(number=4))
    assert heard == [(Scene(number=3), Scene(number=4))]


def test_undo_goes_to_the_lab_in_which_the_change_was_made(document):
    document.change_scene("one", Scene(number=4))
    document.choose_lab("two")
    document.undo()
    assert document.desk.lab == "one"
    assert document.scene("one").number == 3


def test_walking_from_lab_to_lab_is_no_step_of_undo(document):
    document.choose_lab("two")
    assert document.desk.lab == "two"
    assert not document.can_undo


def test_choosing_an_image_can_be_undone(document):
    document.choose_image("/tmp/b.png")
    document.undo()
    assert document.desk.image.startswith("sample:")


@given(
    st.builds(
        Scene,
        st.integers(0, 10),
        st.sampled_from("ab"),
        st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))).map(tuple),
    )
)
def test_a_saved_desk_comes_back_as_it_was(scene):
    document, other = make_document(), make_document()
    document.change_scene("two", scene)
    document.choose_image("/tmp/bild ü.png")
    assert other.open_json(document.to_json()) == []
    assert other.desk == document.desk


def test_one_labs_scene_leaves_the_others_alone(document):
    document.change_scene("one", Scene(number=7))
    data = document.to_json("one")
    other = make_document()
    other.change_scene("two", Scene(number=9))
    other.open_json(data)
    assert (other.scene("one").number, other.scene("two").number) == (7, 9)
    other.undo()
    assert other.scene("one").number == 3


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff", b"[]", b"{}", b'{"convolab": "1"}', b'{"convolab": 1}', b"[" * 100_000],
)
def test_a_file_that_is_not_a_scene_is_refused_in_a_sentence(document, data):
    before = document.desk
    with pytest.raises(SceneError, match="not a Convolab scene"):
        document.open_json(data)
    assert document.desk == before


def test_a_file_of_a_newer_version_says_so(document):
    record = json.loads(document.to_json()) | {"convolab": VERSION + 1}
    with pytest.raises(SceneError, match="newer"):
        document.open_json(json.dumps(record).encode())


def test_a_scene_with_a_wrong_type_is_left_out_and_told(document):
    record = json.loads(document.to_json())
    record["scenes"]["one"]["word"] = "z"
    record["scenes"]["two"]["number"] = 5
    record["scenes"]["three"] = {}
    sentences = document.open_json(json.dumps(record).encode())
    assert len(sentences) == 2
    assert "word" in sentences[0]
    assert (document.scene("one").word, document.scene("two").number) == ("a", 5)


def test_values_out_of_range_in_a_file_are_resolved(document):
    record = json.loads(document.to_json())
    record["scenes"]["one"]["number"] = 10**9
    document.open_json(json.dumps(record).encode())
    assert document.scene("one").number == 10
