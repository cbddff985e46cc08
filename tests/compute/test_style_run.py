"""The optimisation: what a snapshot holds, what may change while it runs, how it ends."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from viz_app.compute.style import precision, room
from viz_app.compute.style import run as run_module
from viz_app.compute.style.run import stylise
from viz_app.core.errors import DeviceError, MemoryShort, NotFinite
from viz_app.core.layers import Layer, Network, Preprocessing
from viz_app.core.style_terms import Optimiser, StyleControls, StyleSettings, StyleSnapshot
from viz_app.nets.build import Net, build

PLAIN = StyleSettings("conv2_1", ("conv1_1", "conv2_1"), 32, steps=3, precision="float32")
CONTROLS = StyleControls(lambdas=(1.0, 1.0))


class Cancelled(BaseException):
    """As the engine's: not an Exception."""


@pytest.fixture(scope="module")
def net() -> Net:
    layers = (
        Layer("conv1_1", "conv", channels=6, kernel=3, padding=1),
        Layer("relu1_1", "relu"),
        Layer("pool1", "max_pool", kernel=2, stride=2),
        Layer("conv2_1", "conv", channels=8, kernel=3, padding=1),
        Layer("relu2_1", "relu"),
    )
    preprocessing = Preprocessing((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        table = Network("small", "Small", (3, 32, 32), layers, preprocessing)
        return build(table).eval().requires_grad_(False)


def picture(seed: int, height: int = 32, width: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def free() -> None:
    """Nobody wants to cancel."""


Run = Callable[..., "list[StyleSnapshot]"]


@pytest.fixture
def run(net: Net) -> Run:
    """A whole run between two fixed pictures."""

    def whole(
        settings: StyleSettings = PLAIN, controls: StyleControls = CONTROLS, **more: object
    ) -> list[StyleSnapshot]:
        start = (net, picture(0), picture(1), settings, lambda: controls, free)
        return list(stylise(*start, **more))  # type: ignore[arg-type]

    return whole


def test_each_snapshot_has_the_cost_of_its_own_picture(run: Run, net: Net) -> None:
    def look(pixels: np.ndarray) -> tuple[Tensor, Tensor]:
        x = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
        found = net(x, ["relu1_1", "relu2_1"])
        return found["relu1_1"][0], found["relu2_1"][0]

    a_c, a_s = look(picture(0) / 255), look(picture(1) / 255)
    for snapshot in run():
        a_g = look(snapshot.state.picture)
        content = 0.5 * (a_c[1] - a_g[1]).square().sum().item()
        assert snapshot.costs.content == pytest.approx(content, rel=1e-4, abs=1e-6)
        for cost, s, g in zip(snapshot.costs.style, a_s, a_g, strict=True):
            difference = s.flatten(1) @ s.flatten(1).T - g.flatten(1) @ g.flatten(1).T
            style = difference.square().sum().item() / (2 * g.numel()) ** 2
            assert cost == pytest.approx(style, rel=1e-4)
        assert snapshot.total == snapshot.costs.total(snapshot.coefficients)


def test_the_first_snapshot_is_the_start_and_the_last_has_taken_all_steps(run: Run) -> None:
    snapshots = run()
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3]
    assert np.array_equal(snapshots[0].picture, picture(0))
    assert snapshots[0].costs.content == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_cost_falls(run: Run, optimiser: str, start: str) -> None:
    settings = replace(PLAIN, start=start, steps=30)
    snapshots = run(settings, replace(CONTROLS, optimiser=optimiser))
    assert snapshots[-1].total < 0.7 * snapshots[0].total
    assert all(0 < snapshot.gradient_norm < np.inf for snapshot in snapshots)


def test_a_slider_acts_from_the_next_step_on(net: Net) -> None:
    sliders = [CONTROLS, replace(CONTROLS, beta=3.0), replace(CONTROLS, optimiser="lbfgs")]
    moves = iter([*sliders, replace(CONTROLS, rate=0.0)])
    steps = stylise(net, picture(0), picture(1), PLAIN, lambda: next(moves), free)
    first, second, _, last = steps
    assert second.coefficients.beta == 3 * first.coefficients.beta
    assert second.total == second.costs.total(second.coefficients)
    assert not np.array_equal(last.picture, second.picture)


def test_a_rate_of_zero_stands_still(run: Run) -> None:
    snapshots = run(controls=replace(CONTROLS, rate=0.0))
    assert np.array_equal(snapshots[0].picture, snapshots[-1].picture)


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_a_change_of_device_changes_no_number(
    run: Run, optimiser: Optimiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the processor under two names that torch.device keeps apart
    monkeypatch.setattr(run_module, "device_of", torch.device)
    asked = iter(["cpu", "cpu", "cpu", "cpu:0", "cpu:0", "cpu", "cpu", "cpu"])
    controls, settings = replace(CONTROLS, optimiser=optimiser), replace(PLAIN, steps=6)
    moved = run(settings, controls, device=lambda: next(asked))
    stayed = run(settings, controls)
    for one, other in zip(moved, stayed, strict=True):
        assert one.total == pytest.approx(other.total, rel=1e-5)


def test_lbfgs_forgets_the_old_cost_when_a_slider_moves(net: Net, run: Run) -> None:
    old = replace(CONTROLS, optimiser="lbfgs")
    new = replace(old, alpha=5.0)
    moves = iter([old, old, old, old, new, new])
    settings = replace(PLAIN, steps=5)
    through = list(stylise(net, picture(0), picture(1), settings, lambda: next(moves), free))
    fresh = run(settings, new, state=through[4].state)
    start = through[4].state.picture
    move, wanted = through[5].state.picture - start, fresh[1].state.picture - start
    length = np.linalg.norm(move)
    assert (move * wanted).sum() == pytest.approx(length * np.linalg.norm(wanted), rel=1e-3)
    assert length <= np.linalg.norm(start - through[3].state.picture) * 1.5


def test_a_slider_that_moves_brings_back_the_quick_precision(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "has_bf16", lambda device: True)
    monkeypatch.setattr(precision, "STALL_STEPS", 2)
    still = replace(CONTROLS, rate=0.0)
    moves = iter([still] * 5 + [replace(still, beta=2.0)] * 9)
    settings = replace(PLAIN, precision="auto", steps=9)
    steps = stylise(net, picture(0), picture(1), settings, lambda: next(moves), free)
    found = "".join(next(steps).precision[0] for _ in range(7))
    assert found == "bbbbfbb"


def test_cancelling_works_at_every_operation_of_a_step(net: Net) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == last:
            raise Cancelled

    last = 0
    steps = stylise(net, picture(0), picture(1), PLAIN, lambda: CONTROLS, check)
    next(steps)
    before, _ = len(calls), next(steps)
    a_step = len(calls) - before
    assert a_step > 2 * len([layer for layer in net.network.layers if layer.kind != "relu"])
    for stop in range(before + 1, before + a_step + 1):
        calls.clear()
        last = stop
        steps = stylise(net, picture(0), picture(1), PLAIN, lambda: CONTROLS, check)
        next(steps)
        with pytest.raises(Cancelled):
            next(steps)


def test_nothing_is_left_over_from_step_to_step(net: Net) -> None:
    def tensors() -> int:
        gc.collect()
        return sum(type(thing) is Tensor for thing in gc.get_objects())

    settings = replace(PLAIN, steps=20)
    steps = stylise(net, picture(0), picture(1), settings, lambda: CONTROLS, free)
    next(steps), next(steps)
    before = tensors()
    for _ in range(10):
        next(steps)
    assert tensors() == before


def test_gradients_are_on_and_no_mode_leaks_between_steps(net: Net) -> None:
    settings = (PLAIN, lambda: CONTROLS, free)
    for _ in stylise(net, picture(0), picture(1), *settings):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    ("controls", "slider"),
    [
        (replace(CONTROLS, beta=1e38), "β"),
        (replace(CONTROLS, lambdas=(1.0, 1e42)), "conv2_1"),
        (replace(CONTROLS, variation=1e42), "total variation"),
    ],
)
def test_a_cost_beyond_numbers_keeps_the_last_picture_and_names_the_slider(
    net: Net, controls: StyleControls, slider: str
) -> None:
    moves = iter([CONTROLS, CONTROLS, controls])
    steps = stylise(net, picture(0), picture(1), PLAIN, lambda: next(moves), free)
    good = [next(steps), next(steps)][-1]
    with pytest.raises(NotFinite, match=slider):
        next(steps)
    assert np.isfinite(good.state.picture).all()
    assert list(steps) == []


def test_a_step_beyond_numbers_names_the_learning_rate(run: Run) -> None:
    with pytest.raises(NotFinite, match="learning rate"):
        run(controls=replace(CONTROLS, rate=float("nan")))


def test_a_state_goes_on_where_it_left_and_ends_where_the_run_would(run: Run) -> None:
    middle = run()[2]
    rest = run(state=middle.state)
    assert [snapshot.step for snapshot in rest] == [2, 3]
    assert np.array_equal(rest[0].picture, middle.picture)
    assert rest[0].total == pytest.approx(middle.total, rel=1e-6)


def test_a_state_of_another_size_is_scaled(run: Run) -> None:
    small = run(replace(PLAIN, size_px=24))[-1]
    assert run(replace(PLAIN, size_px=48), state=small.state)[0].picture.shape == (48, 36, 3)


def test_the_style_cost_does_not_depend_on_how_often_the_style_repeats(net: Net) -> None:
    def first_cost(content: np.ndarray) -> float:
        settings = replace(PLAIN, style_layers=("conv1_1",))
        controls = replace(CONTROLS, lambdas=(1.0,))
        steps = stylise(net, content, four_tiles, settings, lambda: controls, free)
        return next(steps).costs.style[0]

    tile = picture(1, 16, 16)
    two_tiles, four_tiles = np.tile(tile, (1, 2, 1)), np.tile(tile, (2, 2, 1))
    assert first_cost(two_tiles) < 0.05 * first_cost(picture(2, 16, 32))


def test_a_picture_of_one_pixel_can_be_painted(net: Net) -> None:
    start = (net, picture(0, 1, 1), picture(1, 1, 300), PLAIN)
    last = list(stylise(*start, lambda: CONTROLS, free))[-1]
    assert last.picture.shape == (32, 32, 3)


def test_memory_that_runs_out_is_told_with_the_size(net: Net) -> None:
    def check() -> None:
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate")

    with pytest.raises(MemoryShort, match="32 px") as short:
        next(stylise(net, picture(0), picture(1), PLAIN, lambda: CONTROLS, check))
    assert short.value.__context__ is None


def test_a_run_that_finds_too_little_memory_does_not_begin(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = (net, picture(0), picture(1))
    monkeypatch.setattr(room, "free_bytes", lambda: 32 * 32 * room.RUN_BYTES)
    next(stylise(*pictures, PLAIN, lambda: CONTROLS, free))
    finer, coarser = replace(PLAIN, size_px=48), replace(PLAIN, style_scale=3.0)
    for settings, words in (
        (finer, "48 px need .* smaller size"),
        (coarser, "smaller style scale"),
    ):
        with pytest.raises(MemoryShort, match=words):
            next(stylise(*pictures, settings, lambda: CONTROLS, free))


def test_other_errors_come_out_as_they_are(net: Net) -> None:
    def check() -> None:
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        next(stylise(net, picture(0), picture(1), PLAIN, lambda: CONTROLS, check))


def test_a_device_that_is_not_there_is_told(run: Run) -> None:
    with pytest.raises(DeviceError, match="no device warp:3"):
        run(device=lambda: "warp:3")
