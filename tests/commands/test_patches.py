from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the search looks with torch")

import torch

from tests.compute.patches_kit import (
    LAYERS,
    find_patches,
    folder_of,
    run_to_end,
    small_net,
    task_of,
)
from viz_app.cli import main
from viz_app.commands.patches import named_layers
from viz_app.core.errors import VizError
from viz_app.files.patch_book import load_book
from viz_app.files.weights import WeightsStore

ROOT = Path(__file__).parents[2]
PROCESS = """
import os, sys
import torch
from pathlib import Path
from tests.compute.patches_kit import small_net, task_of
from viz_app.commands.patches import search
from viz_app.compute.patches_group import joined
from viz_app.core.errors import VizError

torch.set_num_threads(1)
folder, out, batch, patience, dies_after = sys.argv[1:]
calls = []
def check():
    calls.append(1)
    if os.environ["RANK"] == "1" and len(calls) > int(dies_after) > 0:
        os._exit(9)
try:
    with joined("cpu", float(patience)) as group:
        search(small_net(), task_of(Path(folder)), Path(out), group, int(batch), check)
except VizError as error:
    sys.exit(str(error))
"""


def together(count, folder, out, batch=4, patience=60, dies_after=0):
    """Run a search in several processes; their exit statuses and what they said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = []
    for rank in range(count):
        group = {"RANK": rank, "WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        environment = {**os.environ, **{k: str(v) for k, v in group.items()}}
        arguments = [str(folder), str(out), str(batch), str(patience), str(dies_after)]
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", PROCESS, *arguments],
                cwd=ROOT,
                env={**environment, "PYTHONPATH": str(ROOT), "GLOO_SOCKET_IFNAME": "lo"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        said = [process.communicate(timeout=240)[1] for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return [process.returncode for process in started], said


def demand_same(book, whole):
    for layer in LAYERS:
        a, b = book.tables[layer], whole.tables[layer]
        assert (a.images == b.images).all()
        assert (a.units == b.units).all()
        np.testing.assert_allclose(a.values, b.values, rtol=1e-5, atol=1e-6)
    assert dict(book.unreadable) == dict(whole.unreadable)
    assert (book.sizes == whole.sizes).all()


@pytest.fixture
def alone():
    torch.set_num_threads(1)
    yield lambda folder: run_to_end(find_patches(small_net(), task_of(folder), batch=4))[1]
    torch.set_num_threads(2)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "broken"), [(2, ()), (3, (5,))])
def test_processes_find_what_one_finds(count, broken, tmp_path, alone):
    folder = folder_of(tmp_path / "f", broken=broken, twins=(9, 10))
    out = tmp_path / "found.patches"
    statuses, said = together(count, folder, out)
    assert statuses == [0] * count, said
    demand_same(load_book(out), alone(folder))
    assert list(tmp_path.glob("*.part*")) == []


@pytest.mark.slow
def test_a_process_that_dies_ends_the_run_with_a_sentence_and_the_run_resumes(tmp_path, alone):
    folder, out = folder_of(tmp_path / "f", broken=(5,)), tmp_path / "found.patches"
    layers = 7  # checks for each image: one before, one a layer
    statuses, said = together(2, folder, out, 1, patience=30, dies_after=4 * (layers + 1))
    assert statuses == [1, 9]
    assert "One of the processes ended" in said[0]
    assert not out.exists()
    (part,) = tmp_path.glob("*.part0")
    assert 0 < load_book(part).done.sum() < 23
    with_others = together(1, folder, out)
    assert with_others[0] == [0], with_others[1]
    demand_same(load_book(out), alone(folder))
    assert list(tmp_path.glob("*.part*")) == []


def test_layers_are_named_as_in_the_table():
    assert named_layers("vgg16", "conv3_1, conv1_1") == ("conv1_1", "conv3_1")
    assert "pool5" in named_layers("vgg16", "all")
    with pytest.raises(VizError, match=r"no layer 'conv9'; choose from conv1_1"):
        named_layers("vgg16", "conv9")


def test_a_folder_that_is_not_there_is_told(tmp_path, capsys):
    out = str(tmp_path / "x.patches")
    assert main(["patches", str(tmp_path / "none"), "--out", out]) == 1
    assert "cannot be looked into" in capsys.readouterr().err


@pytest.mark.weights
def test_the_command_writes_a_file_and_knows_it_again(tmp_path, capsys):
    if not WeightsStore().is_present("alexnet"):
        pytest.skip("needs a published network: viz-app weights fetch alexnet")
    folder, out = folder_of(tmp_path / "f", 6, broken=(2,)), tmp_path / "a.patches"
    command = ["patches", str(folder), "--net", "alexnet", "--layers", "conv1,conv2", "--out"]
    assert main([*command, str(out)]) == 0
    printed = capsys.readouterr()
    assert "6 images, 1 of them unreadable; 256 channels of 2 layers" in printed.out
    assert "p02.png" in printed.err
    assert main([*command, str(out)]) == 0
    assert "there already" in capsys.readouterr().out


def test_ones_own_network_is_searched_with_by_the_same_name_as_in_the_window(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(
        "from torch import nn\n"
        "def make():\n"
        "    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2))\n",
        "utf-8",
    )
    folder, out = folder_of(tmp_path / "f", 6, broken=(2,)), tmp_path / "a.patches"
    spec = f"{tmp_path / 'mine.py'}:make@3x32x32"
    assert (
        main(["patches", str(folder), "--net", spec, "--scaling", "unit", "--out", str(out)]) == 0
    )
    assert "6 images, 1 of them unreadable; 15 channels of 3 layers" in capsys.readouterr().out
    task = load_book(out).task
    assert (task.network[:9], task.side, task.scaling) == ("own:make:", 32, "unit")


def test_a_network_that_is_none_is_told_with_those_there_are(tmp_path, capsys):
    out = str(tmp_path / "x.patches")
    assert main(["patches", str(tmp_path), "--net", "vgg61", "--out", out]) == 1
    assert "is no network" in (said := capsys.readouterr().err)
    assert "vgg16" in said
