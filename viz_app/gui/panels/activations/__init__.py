"""The activations lab in the window."""
