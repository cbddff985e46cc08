"""The style lab's panel."""
