"""The networks dialog: what its buttons do to the files on the disk, and what it says."""

from __future__ import annotations

import hashlib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from viz_app.files.registry import Network, Registry, WeightsFile
from viz_app.files.weights import WeightsStore
from viz_app.furnish import LABS
from viz_app.gui.networks_dialog import NetworksDialog
from viz_app.gui.runner import Runner
from viz_app.gui.theme import Theme

DATA = b"weights" * 1000


@pytest.fixture
def shown(qtbot, qapp, tmp_path, monkeypatch):
    """The dialog over one network that is here; its row, the file and the user's own folder."""
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)
    file = WeightsFile("tiny.bin", len(DATA), hashlib.sha256(DATA).hexdigest(), ("nowhere",))
    registry = Registry((Network("tiny", "Tiny", "tests", ("style",), "MIT", (file,)),), {})
    own = tmp_path / "own"
    own.mkdir()
    store = WeightsStore(tmp_path / "store", registry=registry, local=own)
    store.folder.mkdir()
    (store.folder / "tiny.bin").write_bytes(DATA)
    parent = QWidget()
    qtbot.addWidget(parent)
    runner = Runner("fetches")
    dialog = NetworksDialog(store, runner, Theme(qapp), parent)
    dialog.open_at("tiny")
    yield dialog.rows["tiny"], store.folder / "tiny.bin", own
    runner.close()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_verify_says_whether_the_bytes_are_the_published_ones(qtbot, shown):
    row, file, _own = shown
    click(qtbot, row.verify)
    qtbot.waitUntil(lambda: "Right" in row.state.text())
    file.write_bytes(DATA[::-1])
    click(qtbot, row.verify)
    qtbot.waitUntil(lambda: "is not the published file" in row.state.text())


def test_remove_deletes_the_file_and_offers_to_fetch_it(qtbot, shown):
    row, file, _own = shown
    click(qtbot, row.button)
    assert not file.exists()
    assert row.button.text() == "Fetch"
    assert row.verify.isHidden()


def test_remove_leaves_the_users_own_folder_and_says_so(qtbot, shown):
    row, _file, own = shown
    (own / "tiny.bin").write_bytes(DATA)
    click(qtbot, row.button)
    assert (own / "tiny.bin").exists()
    assert str(own) in row.state.text()


@pytest.mark.parametrize("lab", ["detection", "style", "activations"])
def test_the_lab_shown_learns_of_each_network_that_the_registry_gives_it(start_house, lab):
    program = start_house(LABS, lab=lab)
    arrived = []
    program.window.rooms[lab].presenter.network_arrived = arrived.append
    for network in program.keeper.networks.store.networks():
        program.keeper.networks.arrived.emit(network.name)
    wanted = {"detection": "mobilenet_v2", "style": "multistyle26", "activations": "resnet50"}
    assert wanted[lab] in arrived
    assert "sface" not in arrived
