"""The border between the layers (ARCHITECTURE.md), read from the source and tried out."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.absent import LAYERS, RUNS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "viz_app"

MAY_IMPORT = {
    "core": set(),
    "engine": set(),
    "files": {"core"},
    "nets": {"core", "files"},
    "compute": {"core", "nets"},
    "labs": {"core", "engine", "files", "nets", "compute"},
    "gui": {"core", "engine", "files", "labs"},
    "commands": {"core", "engine", "files", "labs", "nets", "compute", "gui", "app", "cli"},
}
ABOVE = ("app", "furnish", "cli", "commands")
QT = {"PySide6", "pyqtgraph", "qtawesome", "superqt", "ziamath"}
TORCH = {"torch", "safetensors"}
BELOW_GUI, WITHOUT_TORCH = LAYERS["PySide6"], LAYERS["torch"]


def modules(layer: str):
    return sorted((PACKAGE / layer).rglob("*.py"))


def imports(path: Path, *, only_at_import_time: bool = False):
    """Every module name a file imports; those inside functions may be left out."""
    nodes = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif only_at_import_time and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        elif (
            only_at_import_time
            and isinstance(node, ast.If)
            and "TYPE_CHECKING" in ast.dump(node.test)
        ):
            nodes += node.orelse
        else:
            nodes += ast.iter_child_nodes(node)


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_what_stands_below_it(layer):
    for path in modules(layer):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "viz_app" and len(parts) > 1 and parts[1] in MAY_IMPORT:
                assert parts[1] in MAY_IMPORT[layer] | {layer}, f"{path} imports {name}"


@pytest.mark.parametrize("layer", [layer for layer in MAY_IMPORT if layer != "commands"])
def test_no_layer_knows_who_starts_the_program(layer):
    for path in modules(layer):
        found = [n for n in imports(path) if n.split(".")[:1] == ["viz_app"] and n.count(".")]
        assert not [n for n in found if n.split(".")[1] in ABOVE], path


@pytest.mark.parametrize("layer", BELOW_GUI)
def test_qt_is_known_to_the_window_only(layer):
    for path in modules(layer):
        found = {name.split(".")[0] for name in imports(path)} & QT
        if path.name not in ("tour.py", "doctor.py"):
            assert not found, f"{path} imports {found}"


@pytest.mark.parametrize("layer", [*WITHOUT_TORCH, "gui"])
def test_torch_is_imported_at_module_level_in_nets_and_compute_only(layer):
    for path in modules(layer):
        for name in imports(path, only_at_import_time=True):
            top = name.split(".")
            assert top[0] not in TORCH, f"{path} imports {name}"
            assert top[:2] not in (["viz_app", "nets"], ["viz_app", "compute"]), f"{path}: {name}"


def test_only_numpy_is_known_to_core():
    allowed = {"numpy", "viz_app", *sys.stdlib_module_names}
    for path in modules("core"):
        found = {name.split(".")[0] for name in imports(path)} - allowed
        assert not found, f"{path} imports {found}"


@pytest.mark.slow
@pytest.mark.parametrize("absent", LAYERS)
def test_the_lower_layers_pass_their_tests_where_the_library_is_absent(pytestconfig, absent):
    status, printed = pytestconfig.stash[RUNS][absent].ended(timeout_s=600)
    assert status == 0, printed[-3000:]
    assert " passed" in printed
