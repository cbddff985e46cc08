"""A small network in a published one's place, and a house for the activations presenter."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from viz_app.core.errors import VizError
from viz_app.core.layers import Layer, Network
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure, Turn
from viz_app.labs.activations import jobs, layers
from viz_app.labs.activations.presenter import ActivationsPresenter
from viz_app.labs.document import Document
from viz_app.labs.presenter import House

RED = (slice(40, 80), slice(120, 160))  # rows, columns of a red square in the picture
TABLE = Network(
    "vgg16",
    "Small",
    (3, 224, 224),
    (
        Layer("conv1", "conv", channels=4, kernel=3, padding=1),
        Layer("relu1", "relu"),
        Layer("pool1", "max_pool", kernel=2, stride=2),
        Layer("conv2", "conv", channels=2, kernel=3, padding=1),
        Layer("relu2", "relu"),
    ),
)


def small_net():
    """conv1: red, green, blue and one that never fires; conv2: red and green, blurred."""
    import torch

    from viz_app.nets.build import build_frozen

    conv1 = torch.zeros(4, 3, 3, 3)
    for channel in range(3):
        conv1[channel, channel, 1, 1] = 1
    conv2 = torch.zeros(2, 4, 3, 3)
    conv2[0, 0] = conv2[1, 1] = 1 / 9
    state = {
        "conv1.weight": conv1,
        "conv1.bias": torch.tensor([0.0, 0.0, 0.0, -1.0]),
        "conv2.weight": conv2,
        "conv2.bias": torch.tensor([0.0, -0.25]),
    }
    return build_frozen(TABLE, state)


def picture(name="red.png", size=224):
    """Black with a red square, and a green dot."""
    pixels = np.zeros((size, size, 3), np.uint8)
    pixels[RED] = (255, 0, 0)
    pixels[200, 10] = (0, 255, 0)
    return Picture(f"/images/{name}", name, pixels)


def put_small_network(monkeypatch):
    """Let the lab find the small network under VGG-16's name."""
    net = small_net()
    monkeypatch.setattr(layers, "published_table", lambda name: TABLE)
    monkeypatch.setattr(jobs, "network_of", lambda turn, store, name: net)
    forget()
    return net


def forget():
    for cached in (
        layers.table_of, layers.stages_of, layers.seen_by, layers.branch_of, layers.fields_of,
        layers.sees_all,
    ):  # fmt: skip
        cached.cache_clear()


class Page:
    """Records what it is shown, the newest of each kind."""

    def __init__(self):
        self.last = {}

    def __getattr__(self, name):
        if not name.startswith(("show_", "ask_")):
            raise AttributeError(name)

        def record(*args):
            self.last[name.partition("_")[2]] = args[0] if len(args) == 1 else args

        return record


class View(Page):
    def __init__(self):
        super().__init__()
        self.mosaic, self.patches, self.attribution, self.ascent = (Page() for _ in range(4))


class AtOnce:
    """Runs every job to its end when it is asked, or later where it is held."""

    def __init__(self):
        self.lanes = []
        self.held = []
        self.is_held = False
        self.engine = SimpleNamespace(device="cpu", _device="cpu", _shelf={})

    def run(self, lane, job, *, title, on_done, on_step=lambda step: None, on_failed=None, **_more):
        self.lanes.append(lane)
        if self.is_held:
            self.held.append((job, on_done))
            return
        try:
            out = job(Turn(self.engine))
            if hasattr(out, "send"):
                out = drained(out, on_step)
        except VizError as error:
            on_failed(Failure(error, "", False))
            return
        on_done(out)

    def cancel(self, lane):
        pass


def drained(steps, on_step):
    while True:
        try:
            on_step(next(steps))
        except StopIteration as end:
            return end.value


class Shelf:
    def __init__(self, shown):
        self.shown = shown

    def current(self):
        return self.shown

    def wanted(self, ref):
        return self.shown


class Speaker:
    def __init__(self):
        self.sentences = []

    def tell(self, sentence, **_more):
        self.sentences.append(sentence)

    def hush(self):
        pass


class Store:
    """Has every network, or none."""

    def __init__(self, folder, is_here=True):
        from viz_app.files.registry import load_registry

        self.folder, self.is_here = folder, is_here
        self.registry = load_registry()
        self.agreed = set()

    def is_present(self, name):
        return self.is_here


def lab(tmp_path, *, is_here=True, shown=None):
    """A presenter with all that it speaks with."""
    document = Document([ActivationsPresenter.lab])
    offered = []
    house = House(
        document, AtOnce(), Shelf(shown or picture()), Speaker(), Store(tmp_path, is_here),
        offered.append,
    )  # fmt: skip
    view = View()
    presenter = ActivationsPresenter(view, house)
    presenter.offered = offered
    document.listen(lambda before, after: presenter.show(presenter.scene, house.pictures.current()))
    return presenter


def small_lab(monkeypatch, tmp_path):
    """The body of a fixture: the first layer of the small network looks at the red square."""
    put_small_network(monkeypatch)
    presenter = lab(tmp_path)
    presenter.show(presenter.scene, picture())
    presenter.change(layer="conv1", channel=0)
    yield presenter
    monkeypatch.undo()
    forget()
