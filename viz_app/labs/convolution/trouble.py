"""What is wrong with what the user wants, told while it is so."""

from __future__ import annotations

from viz_app.labs.presenter import Speaks


class Trouble:
    """Shared by the views of the lab: what one told is taken back once another has no trouble."""

    def __init__(self, speaker: Speaks) -> None:
        self._speaker = speaker
        self.is_told = False

    def tell(self, reason: Exception | str) -> None:
        """Say what is wrong."""
        self._speaker.tell(str(reason))
        self.is_told = True

    def over(self) -> None:
        """All is well: take back what was told."""
        if self.is_told:
            self._speaker.hush()
            self.is_told = False
