from __future__ import annotations

import numpy as np
import pytest

from viz_app.core.landmarks import face_points


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 20, 64, 68, 128])
def test_a_face_has_as_many_points_as_wanted_all_inside_and_none_twice(n):
    points = face_points(n)
    assert points.shape == (n, 2)
    assert (points >= 0).all()
    assert (points <= 1).all()
    assert len(np.unique(points.round(6), axis=0)) == n
