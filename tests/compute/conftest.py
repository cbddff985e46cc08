"""Published networks, where this machine has them."""

from __future__ import annotations

import pytest

from viz_app.core.errors import WeightsError
from viz_app.files.weights import WeightsStore


@pytest.fixture
def published():
    """Bytes of a published network's file; the test is skipped where it is absent."""

    def read(name: str, file: str | None = None) -> bytes:
        try:
            return WeightsStore().read(name, file)
        except WeightsError as error:
            pytest.skip(f"needs a published network: {error}")

    return read
