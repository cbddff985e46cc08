"""A house for the style presenter: a view that records, a runner whose steps a test takes."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import numpy as np

from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.core.style_terms import StyleCosts, StyleSnapshot, StyleState, coefficients
from viz_app.engine.engine import Failure, Retired, Turn
from viz_app.labs.document import Document
from viz_app.labs.presenter import House
from viz_app.labs.style.presenter import StylePresenter

LANE = "style.run"


class RecordingView:
    def __init__(self):
        self.last = {}

    def __getattr__(self, name):
        if not name.startswith(("show_", "ask_")):
            raise AttributeError(name)

        def record(*args):
            self.last[name.partition("_")[2]] = args[0] if len(args) == 1 else args

        return record


class HandRunner:
    """Runs plain jobs at once; of generators the test takes the steps."""

    def __init__(self):
        self.engine = SimpleNamespace(device="cpu", _shelf={}, _device="cpu")
        self.jobs = {}
        self.turns_left = {}
        self.started = []

    def run(
        self, lane, job, *, title, on_done, on_step=lambda s: None, on_failed=None,
        turns=float("inf"), **_more,
    ):  # fmt: skip
        self.started.append(lane)
        turn = Turn(self.engine)
        try:
            out = job(turn)
        except VizError as error:
            if on_failed is None:
                raise
            on_failed(Failure(error, "", False))
            return
        if not hasattr(out, "send"):
            on_done(out)
            return
        self.jobs[lane] = (out, turn, on_step, on_done, on_failed)
        self.turns_left[lane] = turns

    def cancel(self, lane):
        if lane in self.jobs:
            self.jobs.pop(lane)[0].close()

    def pause(self, lane):
        self.turns_left[lane] = 0

    def resume(self, lane, turns=float("inf")):
        self.turns_left[lane] = turns

    def take(self, steps=1, lane=LANE):
        """Let a lane have so many turns, as far as it wants them; return how many it took."""
        taken = 0
        while taken < steps and lane in self.jobs and self.turns_left[lane] > 0:
            generator, _turn, on_step, on_done, on_failed = self.jobs[lane]
            taken += 1
            self.turns_left[lane] -= 1
            try:
                step = next(generator)
            except StopIteration as end:
                del self.jobs[lane]
                on_done(end.value)
            except Retired:
                del self.jobs[lane]
            except Exception as error:  # noqa: BLE001 - as the engine does
                del self.jobs[lane]
                on_failed(Failure(error, "", False))
            else:
                on_step(step)
        return taken


class Shelf:
    def __init__(self):
        random = np.random.default_rng(1)
        pixels = random.integers(0, 256, (40, 48, 3)).astype(np.uint8)
        self.pictures = {
            ref: Picture(ref, f"{ref.partition(':')[2]}.jpg", np.roll(pixels, i * 977))
            for i, ref in enumerate(("sample:chelsea", "sample:coffee", "sample:night",
                                     "sample:glass"))
        }  # fmt: skip
        self.image = "sample:chelsea"

    def current(self):
        return self.pictures[self.image]

    def wanted(self, ref):
        return self.pictures.get(ref)


class Store:
    def __init__(self, is_here=True):
        self.is_here = is_here
        network = SimpleNamespace(title="VGG-16", size=58_900_000, licence="BSD")
        self.registry = SimpleNamespace(network=lambda name: network)
        self.folder = None

    def is_present(self, name):
        return self.is_here


class Speaker:
    def __init__(self):
        self.sentence, self.actions = "", ()

    def tell(self, sentence, *, actions=(), details="", is_good=False):
        self.sentence, self.actions = sentence, actions

    def hush(self):
        self.sentence = ""


class Bench:
    """A presenter with all that it speaks to."""

    def __init__(self, is_here=True, folder=None):
        self.view, self.runner, self.shelf = RecordingView(), HandRunner(), Shelf()
        self.speaker, self.offered = Speaker(), []
        self.document = Document([StylePresenter.lab])
        house = House(
            self.document,
            self.runner,
            self.shelf,
            self.speaker,
            Store(is_here),
            self.offered.append,
            folder,
        )
        self.presenter = StylePresenter(self.view, house)
        self.document.listen(lambda before, after: self.show())
        self.presenter.change(size=128, steps=30, precision="float32")
        self.show()

    def show(self):
        self.presenter.show(self.presenter.scene, self.shelf.current())

    @property
    def run(self):
        return self.presenter.steering.run

    def choose_image(self, ref):
        self.shelf.image = ref
        self.document.choose_image(ref)


def fill_the_disk(monkeypatch):
    """From now on every file that is written finds the disk full."""

    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)


def small_network():
    """Five stages of narrow convolutions with the names of VGG-16, random but the same."""
    import torch

    from viz_app.core.layers import Layer, Network
    from viz_app.nets.build import Net, build_frozen

    layers = []
    for stage in range(1, 6):
        for k in (1, 2):
            conv = f"{stage}_{k}"
            layers += [
                Layer(f"conv{conv}", "conv", channels=4 + 2 * stage, kernel=3, padding=1),
                Layer(f"relu{conv}", "relu"),
            ]
        layers.append(Layer(f"pool{stage}", "max_pool", kernel=2, stride=2))
    network = Network("small", "Small", (3, 64, 64), tuple(layers))
    torch.manual_seed(0)
    return build_frozen(network, Net(network).state_dict())


def quick_optimise(net, content, styles, settings, live, turn, state, mask=None):
    """Steps of the same shape as the real ones, made without a network."""
    width = settings.size_px
    height = max(round(width * content.shape[0] / content.shape[1]), 1)
    rows = np.arange(height) * content.shape[0] // height
    columns = np.arange(width) * content.shape[1] // width
    if state is None:
        picture, step = content[rows][:, columns].astype(np.float32) / 255, 0
    else:
        old = state.picture
        y = np.arange(height) * old.shape[0] // height
        x = np.arange(width) * old.shape[1] // width
        picture, step = old[y][:, x], state.step
    target = np.float32(styles[0].mean() / 255)
    while True:
        turn.check()
        controls = live()
        layers = settings.style_layers
        weights = coefficients(controls, (4, 8, 8), (64,) * len(layers), (3, height, width))
        gap = float(np.mean((picture - target) ** 2))
        costs = StyleCosts(1.0, (gap,) * len(layers), 2.0)
        yield StyleSnapshot(
            (picture * 255).astype(np.uint8), StyleState(picture, step), costs, weights,
            costs.total(weights), 1.0, 0.1, "float32", settings.steps, layers,
        )  # fmt: skip
        if step >= settings.steps:
            return
        share = min(0.05 * controls.rate * controls.beta, 2.5)  # beyond 2 it goes astray
        picture = (picture + share * (target - picture)).astype(np.float32)
        step += 1
