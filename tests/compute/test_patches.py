from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.compute.patches_kit import (
    LAYERS,
    find_patches,
    folder_of,
    run_to_end,
    small_net,
    task_of,
)
from viz_app.compute.activations import as_input
from viz_app.compute.patches import Search
from viz_app.compute.patches_run import resumed
from viz_app.compute.pixels import to_tensor
from viz_app.core.errors import ImageError
from viz_app.files.patch_images import read_image


@pytest.fixture(scope="module")
def net():
    torch.set_num_threads(2)
    return small_net()


def by_sorting(maps_of_images):
    """The nine best by looking at everything: (value, image, unit) of each channel."""
    answer = []
    for channel in range(maps_of_images[0].shape[0]):
        rows = [(-m[channel].max(), i, int(m[channel].argmax())) for i, m in maps_of_images.items()]
        answer.append(sorted(rows)[:9])
    return answer


def test_the_nine_are_those_of_sorting_everything_one_an_image_ties_by_file_order(net, tmp_path):
    task = task_of(folder_of(tmp_path / "f", broken=(4,), twins=(9, 10)))
    _, book = run_to_end(find_patches(net, task, batch=4))
    maps = {layer: {} for layer in LAYERS}
    for i in (i for i in range(23) if i != 4):
        found = net(to_tensor(as_input(read_image(task.images, i).pixels, "224")), LAYERS)
        for layer in LAYERS:
            maps[layer][i] = found[layer][0].numpy()
    for layer in LAYERS:
        table = book.tables[layer]
        for channel, best in enumerate(by_sorting(dict(sorted(maps[layer].items())))):
            assert table.images[channel].tolist() == [image for _, image, _ in best]
            assert table.units[channel].tolist() == [unit for _, _, unit in best]
            values = [-value for value, _, _ in best]
            np.testing.assert_allclose(table.values[channel], values, rtol=2e-5, atol=1e-6)
    assert list(book.unreadable) == [4]
    assert book.done.all()
    assert "p04.png" in book.unreadable[4]


def test_fewer_than_nine_images_leave_empty_places(net):
    search = Search(net, LAYERS)
    search.look_at(torch.rand(2, 3, 224, 224), (3, 5))
    table = search.tables()["conv2"]
    assert set(table.images[:, :2].ravel()) == {3, 5}
    assert (table.images[:, 2:] == -1).all()
    assert np.isneginf(table.values[:, 2:]).all()


def test_an_image_seen_twice_counts_once(net):
    batch, once, twice = torch.rand(4, 3, 224, 224), Search(net, LAYERS), Search(net, LAYERS)
    once.look_at(batch, range(4))
    twice.look_at(batch, range(4))
    twice.take_in(once.tables())
    twice.look_at(batch[2:], (2, 3))
    for layer in LAYERS:
        assert (twice.tables()[layer].images == once.tables()[layer].images).all()


def test_a_pass_that_is_broken_off_leaves_the_former_state(net):
    search = Search(net, LAYERS)
    search.look_at(torch.rand(2, 3, 224, 224), (0, 1))
    before, calls = search.tables(), []

    def check():
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search.look_at(torch.rand(2, 3, 224, 224) + 5, (2, 3), check)
    after = search.tables()
    assert all((after[layer].values == before[layer].values).all() for layer in LAYERS)


def test_a_cancelled_search_is_kept_and_goes_on_to_the_same_answer(net, tmp_path):
    task = task_of(folder_of(tmp_path / "f", broken=(2,)))
    _, whole = run_to_end(find_patches(net, task, batch=4))
    kept, steps = [], find_patches(net, task, batch=4, keep=lambda book: kept.append(book))
    for _ in range(3):
        next(steps)
    steps.close()
    assert int(kept[-1].done.sum()) == 12
    seen = []
    known = resumed(kept[-1:], task)
    _, book = run_to_end(
        find_patches(net, task, known, batch=4, saw=lambda number, _: seen.append(number))
    )
    assert sorted(seen) == list(range(12, 23))
    for layer in LAYERS:
        assert (book.tables[layer].images == whole.tables[layer].images).all()
        assert (book.tables[layer].units == whole.tables[layer].units).all()
    assert list(book.unreadable) == [2]


def test_what_another_task_left_is_not_gone_on_with(net, tmp_path):
    folder = folder_of(tmp_path / "f", 5)
    _, book = run_to_end(find_patches(net, task_of(folder)))
    (folder / "p01.png").write_bytes((folder / "p02.png").read_bytes())
    assert resumed([book], task_of(folder)) == ()
    assert resumed([book], task_of(folder, LAYERS[:1])) == ()


def test_a_folder_without_one_sound_image_says_so(net, tmp_path):
    task = task_of(folder_of(tmp_path / "f", 3, broken=range(3)))
    with pytest.raises(ImageError, match="None of the images"):
        run_to_end(find_patches(net, task))


def test_visiting_gives_the_same_maps_as_keeping_them_and_keeps_none(net):
    x, visited = torch.rand(1, 3, 224, 224), {}
    kept = net(x, LAYERS)
    assert net(x, LAYERS, None, lambda n, m: visited.update({n: m.clone()})) == {}
    assert list(visited) == list(kept)
    assert all(torch.equal(visited[name], kept[name]) for name in kept)
