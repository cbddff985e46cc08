from __future__ import annotations

import pytest

from viz_app.core.architectures.vgg import vgg16_features
from viz_app.core.patches import Rectangle, middle_square, rectangle_seen, spans
from viz_app.core.receptive import window

TABLE = vgg16_features()


@pytest.mark.parametrize("layer", ["conv1_1", "pool3", "conv5_3"])
def test_spans_of_rows_and_columns_are_the_exact_window(layer):
    rows, columns = spans(TABLE, layer)
    for row, column in ((0, 0), (3, 1), (len(rows) - 1, len(columns) - 1), (2, len(columns) - 2)):
        assert (rows[row], columns[column]) == window(TABLE, layer, (row, column))


def test_a_unit_of_a_square_image_of_the_inputs_size_sees_its_own_window():
    (top, bottom), (left, right) = window(TABLE, "conv3_3", (10, 20))
    seen = rectangle_seen(TABLE, "conv3_3", 10 * 56 + 20, 224, 224)
    assert seen == Rectangle(left, top, right + 1, bottom + 1)


def test_in_a_wide_image_the_square_is_the_middle():
    assert middle_square(448, 224) == (112, 1)
    assert middle_square(224, 448) == (0, 1)
    seen = rectangle_seen(TABLE, "conv1_1", 5 * 224 + 7, 448, 224)
    assert seen == Rectangle(112 + 6, 4, 112 + 9, 7)


def test_a_larger_image_is_seen_in_whole_pixels_a_part_counts():
    seen = rectangle_seen(TABLE, "conv1_1", 0, 560, 560)  # cells 0 and 1 are 2.5 pixels each
    assert seen == Rectangle(0, 0, 5, 5)
    seen = rectangle_seen(TABLE, "conv1_1", 1, 560, 560)
    assert seen == Rectangle(0, 0, 8, 5)


def test_the_last_unit_ends_with_the_image():
    for size in ((300, 451), (451, 300), (1000, 33), (225, 224)):
        seen = rectangle_seen(TABLE, "conv1_1", 224 * 224 - 1, *size)
        assert 0 <= seen.left < seen.right <= size[0]
        assert 0 <= seen.top < seen.bottom <= size[1]
        assert seen.bottom == size[1] or size[1] > size[0]
