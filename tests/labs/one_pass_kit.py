"""Painters that need no network: what they paint is known by a sum."""

from __future__ import annotations

import numpy as np


def code_of_mean(**arrays):
    """A code of a hundred times the picture's mean."""
    (picture,) = arrays.values()
    return np.full((1, 1, 1, 100), picture.mean(), np.float32)


def flat_of_code(**arrays):
    """A picture that is the code's first number everywhere."""
    picture, code = arrays.values()
    return np.full_like(picture, code.flat[0])


def flat_of_weights(**arrays):
    """A picture as bright as the mean number of its styles, in 25ths."""
    picture, weights = arrays.values()
    return np.full_like(picture, weights @ np.arange(26) / 25)


PAINTERS = {"predict": code_of_mean, "transform": flat_of_code, "built in": flat_of_weights}


def quick_loaded(turn, store, part):
    """Stands for ``one_pass_jobs.loaded``."""
    return PAINTERS[part]
