"""The detection lab's part of the window: one page a view."""
