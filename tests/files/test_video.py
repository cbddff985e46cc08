from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import ImageError
from viz_app.files import video
from viz_app.files.video import LatestFrame


@pytest.fixture
def film(tmp_path):
    """Forty frames in half a second; each is as red as its number says."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 80, (64, 48))
    for i in range(40):
        writer.write(np.full((48, 64, 3), (0, 0, 6 * i), np.uint8))  # blue, green, red
    writer.release()
    return path


def taken(source, then=lambda frame: None):
    """All frames that are handed out until the film is over."""
    frames = []
    while not source.is_over:
        frame = source.take(5)
        if frame is not None:
            frames.append(frame)
            then(frame)
    return frames


def test_every_frame_of_a_film_comes_in_order_where_nobody_hurries(film):
    source = LatestFrame(film, is_paced=False)
    source.open()
    frames = taken(source)
    source.close()
    assert [frame.number for frame in frames] == list(range(40))
    assert source.dropped == 0
    assert (source.fps, source.length_s) == (80, 0.5)
    assert frames[20].at_s == 0.25
    red, green, blue = frames[20].pixels[10, 10].tolist()
    assert red == pytest.approx(120, abs=8)
    assert max(green, blue) < 12
    assert not frames[20].pixels.flags.writeable


def test_frames_that_come_meanwhile_are_dropped_and_counted(film):
    source = LatestFrame(film)
    source.open()
    pause = cv2.TickMeter()
    frames = taken(source, lambda frame: busy_for(0.06, pause))
    source.close()
    assert len(frames) + source.dropped == 40
    assert source.dropped > 5
    assert frames[-1].number == 39
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(numbers)


def busy_for(seconds, meter):
    """Keep this thread busy, as a detector does."""
    meter.reset()
    meter.start()
    while True:
        meter.stop()
        if meter.getTimeSec() >= seconds:
            return
        meter.start()


def test_a_film_is_as_fast_as_it_was_taken(film):
    source = LatestFrame(film)
    started = time.monotonic()
    source.open()
    taken(source)
    source.close()
    assert time.monotonic() - started >= 39 / 80


def test_a_paused_film_stands_still_and_goes_on(film):
    source = LatestFrame(film, is_paced=False)
    source.open()
    first = source.take(5)
    source.pause(True)
    read_before = 0
    while source.take(0.5) is not None:
        read_before += 1
    assert read_before <= 2
    assert not source.is_over
    source.pause(False)
    rest = taken(source)
    source.close()
    assert first.number == 0
    assert rest[-1].number == 39


def test_closing_ends_the_thread_wherever_it_waits(film):
    for is_paused in (False, True):
        source = LatestFrame(film, is_paced=False)
        source.open()
        source.take(5)
        source.pause(is_paused)
        source.close()
        assert not source._thread.is_alive()
        assert source.dropped == 0


@pytest.mark.parametrize(
    ("name", "complaint"), [("gone.mp4", "not there any more"), ("text.mp4", "no film")]
)
def test_what_is_no_film_is_refused_with_a_sentence(tmp_path, name, complaint):
    (tmp_path / "text.mp4").write_text("not a film")
    with pytest.raises(ImageError, match=complaint):
        LatestFrame(tmp_path / name).open()


def test_without_a_webcam_one_sentence_says_what_to_do(monkeypatch):
    class Nothing:
        def __init__(self, source):
            self.source = source

        def isOpened(self):
            return False

        def release(self):
            """It was never held."""

    monkeypatch.setattr(cv2, "VideoCapture", Nothing)
    with pytest.raises(ImageError, match="plug one in"):
        LatestFrame(0).open()


def test_large_and_grey_frames_become_pictures_of_ours():
    assert video._as_rgb(np.zeros((100, 2560, 3), np.uint8)).shape == (50, 1280, 3)
    assert video._as_rgb(np.full((4, 6), 9, np.uint8)).tolist() == [[[9, 9, 9]] * 6] * 4


def test_a_frame_is_kept_as_it_was(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    path = Path(tmp_path / "frame.png")
    path.write_bytes(video.to_png(pixels))
    assert np.array_equal(np.asarray(Image.open(path)), pixels)
