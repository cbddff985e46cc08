"""The activations lab's part of the window."""
