"""What all tests share: no screen, no network, and libraries that can be made absent."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # torch's idle threads leave the cores alone
ABSENT = os.environ.get("VIZ_APP_ABSENT", "")
OF_QT = ("PySide6", "shiboken6", "pyqtgraph", "qtawesome", "superqt", "qtpy")


class _Absent:
    """Makes importing a library fail, as where it is not installed."""

    names = OF_QT if ABSENT == "PySide6" else (ABSENT,)

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r} (made absent)", name=name)


if ABSENT:
    assert not any(name in sys.modules for name in _Absent.names)
    sys.meta_path.insert(0, _Absent())


def pytest_collection_finish(session):
    """Start the runs without a library now, if this session will ask for them."""
    if any(item.name.startswith("test_the_lower_layers_pass") for item in session.items):
        from tests import absent

        session.config.stash[absent.RUNS] = absent.start_all()


def pytest_sessionfinish(session):
    """End them, also where the session was cut short."""
    from tests import absent

    for run in session.config.stash.get(absent.RUNS, {}).values():
        run.close()
