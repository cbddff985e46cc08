"""The style lab: a style transfer that is steered while it runs."""
