"""Numbers without a window: arithmetic, boxes, layer tables, errors. numpy only."""
