"""A house for the convolution presenter: a recording view, a runner that runs jobs at once."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure, is_memory_short
from viz_app.labs.convolution.presenter import ConvolutionPresenter
from viz_app.labs.document import Document


def photo(width=48, height=32, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Picture("/photos/cat.png", "cat.png", pixels)


class RecordingView:
    """Keeps the newest of everything it is told."""

    def __init__(self):
        self.shown = {}
        self.calls = []

    def __getattr__(self, name):
        if not name.startswith(("show_", "ask_", "copy_")):
            raise AttributeError(name)

        def record(*args, **kwargs):
            self.calls.append(name)
            self.shown[name] = (*args, *kwargs.values())

        return record

    def newest(self, name):
        return self.shown[f"show_{name}"][0]


class RunsAtOnce:
    """Runs a job where it is asked for; a generator up to ``most_steps`` steps."""

    def __init__(self):
        self.most_steps = 400
        self.device = "cpu"
        self.kept = {}
        self.lanes = []
        self.cancelled = []
        self.is_held = False
        self.held = []

    def check(self):
        pass

    def keep(self, key, make):
        return self.kept.setdefault(key, make())

    def run(self, lane, job, *, title, on_done, on_step=lambda value: None, on_failed=None):
        self.lanes.append(lane)
        if self.is_held:
            self.held.append((job, on_done, on_step, on_failed))
            return
        self.answer(job, on_done, on_step, on_failed)

    def answer(self, job, on_done, on_step, on_failed):
        try:
            out = job(self)
            if hasattr(out, "__next__"):
                for _ in range(self.most_steps):
                    try:
                        on_step(next(out))
                    except StopIteration as end:
                        on_done(end.value)
                        return
                out.close()
                return
        except Exception as error:  # noqa: BLE001 - as the engine does
            on_failed(Failure(error, "", is_memory_short(error)))
            return
        on_done(out)

    def cancel(self, lane):
        self.cancelled.append(lane)

    def pause(self, lane):
        pass

    def resume(self, lane, turns=0):
        pass


class Told:
    def __init__(self):
        self.sentence = ""

    def tell(self, sentence, *, actions=(), details=""):
        self.sentence = sentence

    def hush(self):
        self.sentence = ""


class Desk:
    """A presenter on a document, with what it says to the outside."""

    def __init__(self, picture=None):
        self.view, self.runner, self.speaker = RecordingView(), RunsAtOnce(), Told()
        self.document = Document([ConvolutionPresenter.lab])
        self.picture = picture
        pictures = SimpleNamespace(current=lambda: self.picture, wanted=lambda ref: None)
        parts = SimpleNamespace(
            document=self.document, runner=self.runner, pictures=pictures, speaker=self.speaker
        )
        self.presenter = ConvolutionPresenter(self.view, parts)
        self.document.listen(lambda before, after: self.show())
        self.show()

    @property
    def scene(self):
        return self.document.scene("convolution")

    @property
    def layer(self):
        return self.presenter.stepping.layer

    def show(self):
        self.presenter.show(self.scene, self.picture)

    def edit(self, **fields):
        for field, value in fields.items():
            self.presenter.edited(field, value)
        return self
