"""Convolab: see convolutional networks work, on your own images, number by number."""

__version__ = "0.1.0"
