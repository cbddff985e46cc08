"""Failures that were foreseen. Each carries one sentence for the user that says what to do.

::

    VizError
    ├── ImageError        a picture that cannot be opened
    ├── ShapeError        a kernel, padding, stride or layer that does not fit; says what would
    ├── WeightsError      a network's file is wrong, damaged or cannot be had
    │   └── WeightsMissing    it is simply not here yet; `name` says which to offer
    ├── SceneError        a scene or session file that cannot be read
    ├── SaveError         a file that cannot be written
    ├── DeviceError       a device that is not there
    ├── MemoryShort       out of memory; names the control that lowers the need
    └── NotFinite         a computation left the finite numbers; the last good picture stays
"""


class VizError(Exception):
    """A foreseen failure; ``str(error)`` is the sentence the user reads."""


class ImageError(VizError):
    """A picture that cannot be opened."""


class ShapeError(VizError):
    """Sizes that do not fit together; the sentence names the change that makes them fit."""


class WeightsError(VizError):
    """A network's file that is wrong, damaged or cannot be had."""


class WeightsMissing(WeightsError):
    """A published network that is not on this machine yet.

    Parameters
    ----------
    name
        its name in the registry, so that the window can offer to fetch it
    sentence
        what the user reads
    """

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class SceneError(VizError):
    """A scene or session file that cannot be read."""


class SaveError(VizError):
    """A file that cannot be written."""


class DeviceError(VizError):
    """A device that is not there."""


class MemoryShort(VizError):
    """Out of memory; the sentence names the control that lowers the need."""


class NotFinite(VizError):
    """A computation that left the finite numbers."""
