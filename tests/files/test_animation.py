import shutil

import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files.animation import animation_suffixes, save_animation


def frames(count=4):
    made = np.full((count, 21, 32, 3), 255, np.uint8)
    for i in range(count):
        made[i, :, 5 * i : 5 * i + 5] = (0, 128, 92)
    return list(made)


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


def test_another_ending_is_refused_with_those_that_can_be_had(tmp_path):
    with pytest.raises(SaveError, match=r"\.gif"):
        save_animation(tmp_path / "steps.avi", frames(), 250)


def test_no_frames_are_refused(tmp_path):
    with pytest.raises(SaveError, match="nothing"):
        save_animation(tmp_path / "steps.gif", [], 250)


def test_without_ffmpeg_a_film_is_refused_and_not_offered(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert animation_suffixes() == (".gif",)
    with pytest.raises(SaveError, match="FFmpeg"):
        save_animation(tmp_path / "steps.mp4", frames(), 250)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")
@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_film_is_made_where_there_is_a_codec(tmp_path, suffix):
    path = tmp_path / f"steps{suffix}"
    save_animation(path, frames(), 250)
    assert path.stat().st_size > 200


def test_a_cancelled_save_leaves_no_file(tmp_path):
    def check():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_animation(tmp_path / "steps.gif", frames(), 250, check)
    assert not list(tmp_path.iterdir())
