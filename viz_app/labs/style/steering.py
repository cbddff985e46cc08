"""Starts, pauses, forks and restores runs; one is steered, one more may stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from viz_app.core.records import Picture
from viz_app.core.style_terms import StyleState
from viz_app.engine.engine import Failure
from viz_app.labs.presenter import House
from viz_app.labs.style import jobs
from viz_app.labs.style.film import Film
from viz_app.labs.style.history import RunStore, bytes_of, kept_count, next_number
from viz_app.labs.style.jobs import Painted
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import START_FIELDS, StyleScene, carries, changes

LANES = ("style.run", "style.branch")
COLOUR_LANE = "style.colours"
ENDLESS = float("inf")


class Steering:
    """The runs on the easels and those in the history.

    Parameters
    ----------
    house
        whose engine paints
    scene
        what the first run is told
    on_changed
        called with a run whose picture or status changed
    on_failed
        called with a run that ended badly; its last picture is kept
    store
        keeps the history on disk
    """

    def __init__(
        self,
        house: House,
        scene: StyleScene,
        on_changed: Callable[[Run], None],
        on_failed: Callable[[Run, Failure], None],
        store: RunStore,
    ) -> None:
        self._store = store
        self._house = house
        self._on_changed = on_changed
        self._on_failed = on_failed
        self._count = 1
        self.easels: list[Run] = [Run("Run 1", LANES[0], scene)]
        self.selected = 0
        self.history: list[Run] = []  # the newest first

    @property
    def run(self) -> Run:
        """The run that is steered."""
        return self.easels[self.selected]

    def follow(self, scene: StyleScene, content: Picture | None, style: Picture | None) -> str:
        """Take over a scene; return a sentence if only a restart can do all it asks for."""
        run = self.run
        if run.is_fresh:
            if content is not None and run.content not in (None, content):
                run.state = None  # another image than the one it was painted from
            run.follow(scene)
            run.content, run.style = content, style
            return ""
        before = run.scene
        changed = changes(before, scene)
        run.follow(scene)
        is_recoloured = "colours" in changed and "histogram" in (before.colours, scene.colours)
        told_style = run.style_ref if run.style is None else run.style.ref
        is_other_style = style is not None and style.ref != told_style
        fields = [f for f in carries(before, scene) if f != "style"]
        if fields or is_other_style or is_recoloured:
            if style is not None:
                run.style = style
            self._carry_over(run, _words(fields, scene, is_other_style, is_recoloured))
        if "colours" in changed and run.status != "running":
            self._recolour(run)
        starts = [f for f in changed if f in START_FIELDS]
        if starts:
            return "How a run begins was changed: this one goes on as it is, a restart begins so."
        return ""

    def is_of_other_image(self, content: Picture | None) -> bool:
        """Whether the steered run paints another image than this one."""
        run = self.run
        return (
            content is not None
            and not run.is_fresh
            and run.content is not None
            and run.content.ref != content.ref
        )

    def start(self, turns: float = ENDLESS) -> None:
        """Start or go on; ``turns`` are steps after the picture that is shown."""
        run = self.run
        if run.content is None or run.style is None:
            return
        if run.status == "idle":
            if run.has_ended:
                return
            begins_with_last = run.scene.start == "picture" and run.scene.mode == "transfer"
            if begins_with_last and run.state is None:
                run.state = self._last_picture()
            self._submit(run, turns)
        else:
            self._house.runner.resume(run.lane, turns)
        run.status = "running" if turns == ENDLESS else "paused"
        self._on_changed(run)

    def pause(self) -> None:
        """Let the run rest; it stays where it is."""
        if self.run.status == "running":
            self._house.runner.pause(self.run.lane)
            self.run.status = "paused"
            self._on_changed(self.run)

    def reset(self, scene: StyleScene, content: Picture | None, style: Picture | None) -> None:
        """Put the run into the history, and make a new one ready."""
        old = self.run
        self._stop(old)
        self._archive(old)
        self._count += 1
        new = Run(f"Run {self._count}", old.lane, scene, content, style)
        self.easels[self.selected] = new
        self._on_changed(new)

    def branch(self) -> None:
        """Fork the steered run; the fork stands beside it and is steered from now on."""
        if len(self.easels) == len(LANES) or self.run.painted is None:
            return
        source = self.run
        free = next(lane for lane in LANES if lane != source.lane)
        self._count += 1
        fork = source.forked(f"Run {self._count}", free)
        fork.trace.mark("branch", fork.step)
        self.easels.append(fork)
        self.selected = len(self.easels) - 1
        if source.status == "running":
            self.start()
        self._on_changed(fork)

    def close_branch(self) -> None:
        """Keep the steered run alone; the other goes to the history."""
        if len(self.easels) > 1:
            other = self.easels.pop(1 - self.selected)
            self.selected = 0
            self._stop(other)
            self._archive(other)
            self._on_changed(self.run)

    def select(self, index: int) -> None:
        """Steer another of the runs side by side."""
        if 0 <= index < len(self.easels):
            self.selected = index

    def restore(self, run: Run) -> None:
        """Bring a run of the history back, in place of the steered one."""
        if run not in self.history:
            return
        old = self.run
        self._stop(old)
        self.history.remove(run)
        run.lane = old.lane
        self.easels[self.selected] = run
        self._archive(old)
        self._on_changed(run)

    def delete(self, run: Run) -> None:
        """Take a run out of the history, and off the disk."""
        if run in self.history:
            self.history.remove(run)
            self._store.drop(run)

    def take_history(self, runs: list[Run]) -> None:
        """List the runs of earlier sessions behind those of this one."""
        known = {run.key for run in (*self.easels, *self.history)} - {""}
        self.history += [run for run in runs if run.key not in known]
        self._let_go()
        if self.run.is_fresh and len(self.easels) == 1:
            self._count = next_number(run.name for run in self.history)
            self.run.name = f"Run {self._count}"

    def complete(self, wanted: Callable[[str], Picture | None]) -> None:
        """Give runs of an earlier session their pictures, as these are read."""
        for run in self.easels:
            if run.content is None and run.content_ref:
                run.content = wanted(run.content_ref)
            if run.style is None and run.style_ref:
                run.style = wanted(run.style_ref)

    def adopt(self, state: StyleState) -> bool:
        """Go on from a picture of an earlier session, unless something was painted since."""
        run = self.run
        if not run.is_fresh or run.state is not None:
            return False
        run.state = state
        return True

    def take_best(self) -> None:
        """Go back to the picture with the lowest J since a weight was moved."""
        run = self.run
        if run.painted is None:
            return
        self._stop(run)
        best = run.painted.best
        run.trace.mark(f"back to step {best.step}", best.step)
        run.state = best.state
        run.painted = Painted(
            best,
            best.picture,
            run.painted.rows,
            best,
            run.painted.progress,
        )
        self._on_changed(run)
        if run.scene.colours == "luminance":
            self._recolour(run)

    def cancelled(self, lane: str) -> None:
        """The engine was told to let a lane go."""
        for run in self.easels:
            if run.lane == lane and run.status != "idle":
                run.status = "idle"
                self._on_changed(run)

    def _last_picture(self) -> StyleState | None:
        """The picture that was painted last, to begin another run with."""
        states = [run.state for run in self.history if run.state is not None]
        return StyleState(states[0].picture) if states else None

    def _carry_over(self, run: Run, words: str) -> None:
        """Let a new job go on from the picture; the sliders stay live throughout."""
        if run.painted is not None:
            run.trace.mark(words, run.step)
        was_running = run.status == "running"
        self._stop(run)
        if was_running and not run.has_ended:
            self._submit(run, ENDLESS)
            run.status = "running"
        self._on_changed(run)

    def _recolour(self, run: Run) -> None:
        """Show a picture that rests in the colours that are wished now."""
        painted = run.painted
        if painted is None or run.content is None:
            return

        def on_done(recoloured: Painted) -> None:
            if run.painted is painted:
                run.painted = recoloured
                self._on_changed(run)

        self._house.runner.run(
            COLOUR_LANE,
            jobs.recoloured(painted, run.content.pixels, run.scene.colours == "luminance"),
            title="Changing the colours",
            on_done=on_done,
        )

    def _submit(self, run: Run, turns: float) -> None:
        def on_step(painted: Painted) -> None:
            run.took(painted)
            self._on_changed(run)

        def on_done(_painted: Any) -> None:
            run.status = "idle"
            self._on_changed(run)

        def on_failed(failure: Failure) -> None:
            run.status = "idle"
            self._on_changed(run)
            self._on_failed(run, failure)

        assert run.content is not None
        self._house.runner.run(
            run.lane,
            jobs.paint(self._house.weights, run.painting(), run.mailbox, run.trace),
            title=f"Painting {run.content.name}",
            on_step=on_step,
            on_done=on_done,
            on_failed=on_failed,
            turns=turns + 1,  # the first one shows the start
        )

    def _stop(self, run: Run) -> None:
        if run.status != "idle":
            self._house.runner.cancel(run.lane)
            run.status = "idle"

    def _archive(self, run: Run) -> None:
        if run.painted is not None and run.step > 0:
            run.film = Film()  # the only large thing; the picture and its curves stay
            run.painted = replace(run.painted, best=run.painted.snapshot)
            self.history.insert(0, run)
            self._store.keep(run)
            self._let_go()

    def _let_go(self) -> None:
        """Forget the oldest runs beyond the number and the room that are allowed."""
        kept = kept_count(map(bytes_of, self.history))
        for run in self.history[kept:]:
            self._store.drop(run)
        del self.history[kept:]


def _words(fields: list[str], scene: StyleScene, is_other_style: bool, is_recoloured: bool) -> str:
    """What the curves say at the place where a picture was carried over."""
    words = ["style"] if is_other_style else []
    words += ["colours"] if is_recoloured else []
    for field in fields:
        value = getattr(scene, field)
        words.append(
            {
                "size": f"{value} px",
                "steps": f"to step {value}",
                "is_coarse_to_fine": "coarse to fine" if value else "one size",
                "precision": "exact" if value == "float32" else "fast",
                "mask": "mask" if value else "no mask",
                "network": "VGG-19" if value == "vgg19" else "VGG-16",
                "pooling": f"{value} pooling",
                "style_scale": f"style scale {scene.style_scale:.3g}",
                "others": f"{1 + len(scene.others)} styles",
                "style_layers": f"{len(scene.style_layers)} style layers",
            }.get(field, str(value))
        )
    return ", ".join(words)
