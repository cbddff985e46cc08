from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files import animation
from viz_app.files.animation import save_animation


def frames(count=4):
    made = np.full((count, 21, 33, 3), 255, np.uint8)
    for i in range(count):
        made[i, :, 5 * i : 5 * i + 5] = (0, 128, 92)
    return list(made)


def greys(*sizes):
    return [np.full((h, w, 3), 40 * i, np.uint8) for i, (h, w) in enumerate(sizes)]


def test_a_gif_has_every_frame_its_time_and_plays_for_ever(tmp_path):
    path = tmp_path / "steps.gif"
    save_animation(path, frames(), 250)
    with Image.open(path) as image:
        assert image.n_frames == 4
        assert image.info["loop"] == 0
        assert image.info["duration"] == 250
        image.seek(2)
        pixel = np.array(image.convert("RGB"))[10, 12]
    assert abs(pixel.astype(int) - (0, 128, 92)).max() <= 8


def test_frames_take_the_size_of_the_last_which_stays_longer(tmp_path):
    path = tmp_path / "a.gif"
    save_animation(path, greys((4, 6), (8, 12), (8, 12)), 80, last_ms=1500, is_photo=True)
    with Image.open(path) as film:
        assert (film.n_frames, film.size) == (3, (12, 8))
        colours, durations = [], []
        for i in range(3):
            film.seek(i)
            durations.append(film.info["duration"])
            colours.append(film.convert("RGB").getpixel((3, 3))[0])
    assert colours == [0, 40, 80]
    assert durations == [80, 80, 1500]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_film_plays_its_frames_in_their_order_and_colours(tmp_path, suffix):
    cv2 = pytest.importorskip("cv2")
    path = tmp_path / f"steps{suffix}"
    save_animation(path, frames(), 250, last_ms=1000)
    film = cv2.VideoCapture(str(path))
    seen = []
    while (read := film.read())[0]:
        seen.append(read[1])
    assert len(seen) == 3 + 4, "the last one stays"
    assert seen[0].shape == (20, 32, 3)
    assert film.get(cv2.CAP_PROP_FPS) == pytest.approx(4)
    for i, frame in enumerate(seen[:4]):
        rgb = frame[10, 5 * i + 2, ::-1].astype(int)
        assert abs(rgb - (0, 128, 92)).max() < 40


def test_a_film_of_tiny_frames_is_made(tmp_path):
    pytest.importorskip("cv2")
    save_animation(tmp_path / "a.mp4", greys((1, 1), (1, 1)), 100)
    assert (tmp_path / "a.mp4").stat().st_size > 200


def test_another_ending_is_refused_with_those_that_can_be_had(tmp_path):
    with pytest.raises(SaveError, match=r"\.gif, \.mp4 or \.webm"):
        save_animation(tmp_path / "steps.avi", frames(), 250)


def test_no_frames_are_refused(tmp_path):
    with pytest.raises(SaveError, match="nothing"):
        save_animation(tmp_path / "steps.gif", [], 250)


def test_a_codec_that_is_not_there_is_told(tmp_path, monkeypatch):
    cv2 = pytest.importorskip("cv2")
    monkeypatch.setattr(cv2, "VideoWriter", NoWriter)
    with pytest.raises(SaveError, match=r"save it as \.gif"):
        save_animation(tmp_path / "a.mp4", frames(), 100)
    assert not list(tmp_path.iterdir())


class NoWriter:
    fourcc = staticmethod(lambda *letters: 0)

    def isOpened(self):
        return False

    def open(self, *_):
        return False

    def release(self):
        pass


@pytest.mark.parametrize("suffix", animation.ANIMATION_SUFFIXES)
def test_a_cancelled_save_leaves_no_file(tmp_path, suffix):
    def check():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_animation(tmp_path / f"steps{suffix}", frames(), 250, check)
    assert not list(tmp_path.iterdir())
