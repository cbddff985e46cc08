"""The installed program outside the checkout: what a user has."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def installed():
    """The files of the installed wheel; a checkout that is not installed cannot be tried."""
    try:
        distribution = importlib.metadata.distribution("convolab")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("Convolab is not installed here: pip install . first")
    files = {str(f) for f in distribution.files or ()}
    if "viz_app/cli.py" not in files:
        pytest.skip(
            "Convolab is installed as a link to this checkout: pip install . tries the wheel"
        )
    return files


def run_outside(tmp_path, *arguments):
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DISPLAY")}
    env |= {"VIZ_APP_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            "import sys; from viz_app.cli import main; sys.exit(main())",
            *arguments,
        ],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_every_resource_is_in_the_wheel(installed):
    for path in (ROOT / "resources").rglob("*"):
        if path.is_file():
            assert f"viz_app/{path.relative_to(ROOT)}" in installed


def test_the_command_line_works_from_another_folder(installed, tmp_path):
    ended = run_outside(tmp_path, "weights", "list")
    assert ended.returncode == 0, ended.stderr
    assert "vgg16" in ended.stdout


@pytest.mark.slow
def test_the_tour_works_from_another_folder_without_any_network(installed, tmp_path):
    """No fetching, no networks: each lab says what it lacks and writes what it can show."""
    ended = run_outside(tmp_path, "tour", "--out", "pictures", "--no-fetch")
    assert ended.returncode == 0, ended.stderr
    for lab in ("convolution", "networks", "activations", "detection", "style"):
        assert (tmp_path / "pictures" / f"{lab}.png").stat().st_size > 10_000
        assert (tmp_path / "pictures" / f"{lab}.json").exists()
    assert "Skipped: Style" in ended.stdout
