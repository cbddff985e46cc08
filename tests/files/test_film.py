from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files.film import save_gif


def frames(*sizes):
    return [np.full((h, w, 3), 40 * i, np.uint8) for i, (h, w) in enumerate(sizes)]


def test_a_film_has_every_frame_at_the_size_of_the_last(tmp_path):
    save_gif(tmp_path / "a.gif", frames((4, 6), (8, 12), (8, 12)), 80, 1500)
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (12, 8), 0)
        colours, durations = [], []
        for i in range(3):
            film.seek(i)
            durations.append(film.info["duration"])
            colours.append(film.convert("RGB").getpixel((3, 3))[0])
    assert colours == [0, 40, 80]
    assert durations == [80, 80, 1500]


@pytest.mark.parametrize(("name", "count"), [("a.gif", 0), ("a.mov", 1)])
def test_no_frame_or_another_ending_is_refused(tmp_path, name, count):
    with pytest.raises(SaveError):
        save_gif(tmp_path / name, frames(*[(4, 4)] * count), 80, 80)
