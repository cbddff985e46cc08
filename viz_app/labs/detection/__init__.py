"""The detection lab: overlap of boxes, non-max suppression on a real detector's raw boxes."""
