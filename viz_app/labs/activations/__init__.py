"""The activations lab, without a window."""
