from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])
def test_the_paths_a_page_names_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"[(`]((?:[\w.]+/)+[\w.]*\w\.(?:py|md|toml|sh|png|txt))[)`#]", text)
    for path in (p for p in named if "NAME" not in p):
        places = (ROOT / path, ROOT / "viz_app" / path)
        assert any(place.exists() for place in places), f"{page} names {path}"
    assert named or page == "CONTRIBUTING.md"


def test_the_readme_has_one_command_to_run_and_one_to_test():
    commands = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert [len(c.strip().splitlines()) for c in commands] == [1, 1]
    assert "viz-app weights fetch standard" in commands[0]
    assert "pytest" in commands[1]


def test_ci_runs_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text()
    assert "<!-- test command -->" in script
    assert (ROOT / "README.md").read_text().count("<!-- test command -->") == 1


def test_every_dependency_says_why_it_is_there_and_is_pinned():
    pyproject = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"\ndependencies = \[\n(.*?)\n\]", pyproject, re.DOTALL).group(1)
    pins = (ROOT / "constraints.txt").read_text().lower()
    lines = block.splitlines()
    for i, line in enumerate(lines):
        if line.strip().startswith("#"):
            continue
        is_explained = "#" in line or any("#" in former for former in lines[max(i - 2, 0) : i])
        assert is_explained, line
        name = re.match(r'\s*"([\w-]+)', line).group(1).lower()
        assert f"\n{name}==" in pins, f"{name} is not pinned in constraints.txt"
