from __future__ import annotations

import os
import subprocess
import sys

import pytest

from viz_app import cli


def run(*arguments, **env):
    """Run the program as a user without a screen would."""
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    clean.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "viz_app", *arguments],
        env=clean | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
def test_without_a_screen_one_sentence_names_the_tour():
    ended = run()
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "viz-app tour --out DIR" in ended.stderr


def test_a_missing_system_library_is_named_with_its_packages(monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "PySide6.QtGui":
                raise ImportError("libEGL.so.1: cannot open shared object file")

    for name in [n for n in sys.modules if n.startswith("PySide6.QtGui")]:
        monkeypatch.delitem(sys.modules, name)
    import PySide6

    monkeypatch.delattr(PySide6, "QtGui", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    sentence = cli.why_no_qt()
    assert "libEGL.so.1" in sentence
    assert "apt-get install" in sentence
    assert "libegl1" in sentence


def test_doctor_tells_versions_devices_and_networks(tmp_path):
    ended = run("doctor", VIZ_APP_HOME=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    for word in ("Convolab", "torch 2", "Device: cpu", "Network: vgg16", str(tmp_path)):
        assert word in ended.stdout


def test_the_command_line_of_weights_needs_neither_qt_nor_torch():
    program = (
        "import sys; from viz_app.cli import main; main(['weights', 'list']);"
        "assert not {'torch', 'PySide6'} & set(sys.modules), 'too much was imported'"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_help_and_version():
    assert "--lab" in run("--help").stdout
    assert "Convolab 0." in run("--version").stdout
