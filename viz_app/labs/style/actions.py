"""The commands of the style lab: buttons, menu, keys and palette read the same records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viz_app.labs.controls import Action
from viz_app.labs.style.presets import Preset

if TYPE_CHECKING:
    from viz_app.labs.style.presenter import StylePresenter


OF_RUN = (
    "Start or pause", "Step", "Reset", "Branch", "Steer the other", "Keep one", "Take the best",
    "Open mask…", "Start from a file…",
)  # fmt: skip


def make_actions(lab: StylePresenter) -> tuple[Action, ...]:
    """Return all commands but the presets."""
    a, steering = Action, lab.steering

    def is_painted() -> bool:
        return steering.run.painted is not None

    def has_two() -> bool:
        return len(steering.easels) > 1

    commands = (
        a("Start or pause", "Paint, or let it rest.", lab.toggled, "F5"),
        a("Step", "Take one step and rest.", lab.stepped, "F6", "",
          lambda: lab.is_ready(steering.run) and not steering.run.has_ended),
        a("Reset", "Begin anew; the picture so far goes to the history.", lab.was_reset,
          "F7", "", lambda: not steering.run.is_fresh or steering.run.state is not None),
        a("Branch", "Fork the run: two side by side from this picture, each with its own "
          "settings.", lab.branched, "F8", "git-branch",
          lambda: is_painted() and not has_two()),
        a("Steer the other", "Let the controls act on the other of the two runs.",
          lab.other_chosen, "F9", "", has_two),
        a("Keep one", "Keep the steered run alone; the other goes to the history.",
          lab.branch_closed, "Shift+F8", "", has_two),
        a("Take the best", "Go back to the picture with the lowest J since a weight was moved.",
          lab.best_taken, "Shift+F6", "", is_painted),
        a("Save picture…", "Save the picture with its settings inside, as PNG, JPEG or TIFF.",
          lab.filing.save_asked, "Ctrl+Shift+P", "", lab.filing.has_picture),
        a("Save film…", "Save the run so far as GIF, MP4 or WebM.",
          lab.filing.film_asked, "", "", is_painted),
        a("Paint a folder…", "Paint a folder of pictures in a folder of styles.",
          lab.batch.asked, "Ctrl+Alt+B"),
        a("Open style…", "Paint in the manner of a picture file, or of several.",
          lambda: lab.view.ask_style(), "Ctrl+Alt+S"),
        a("Open mask…", "A picture that is white where the style applies and black where not.",
          lambda: lab.view.ask_mask()),
        a("Start from a file…", "Start a new run from a picture file: one that was painted "
          "before, or any other.", lambda: lab.view.ask_start()),
        a("Open settings of a picture…", "Set everything as in a picture that was saved here.",
          lambda: lab.view.ask_painted(), "Ctrl+Alt+P"),
    )  # fmt: skip
    return tuple(
        _of_run(lab, command) if command.text in OF_RUN else command for command in commands
    )


def _of_run(lab: StylePresenter, command: Action) -> Action:
    """A command that steers what is on the screen, and so can be given while it is."""
    is_enabled = command.is_enabled
    return replace(command, is_enabled=lambda: lab.is_of_run() and is_enabled())


def play_action(lab: StylePresenter) -> Action:
    """What the first button does now: start, pause, resume, or begin again after the end."""
    run, a = lab.steering.run, Action
    if run.status == "running":
        return a("Pause", "Let it rest; the picture stays.", lab.paused, "F5", "pause")
    if run.has_ended:
        return a("Again", "Begin anew; this picture goes to the history.", lab.restarted,
                 "F5", "arrow-counter-clockwise")  # fmt: skip
    words = "Start" if run.is_fresh and run.state is None else "Resume"
    return a(words, "Paint, a step after the other.", lab.started, "F5", "play",
             lambda: lab.is_ready(run))  # fmt: skip


def restart_action(lab: StylePresenter) -> Action:
    """Begin anew."""
    return Action("Restart", "Begin anew; the picture so far goes to the history.", lab.restarted)


def preset_action(lab: StylePresenter, preset: Preset) -> Action:
    """Set the weights of a preset."""
    return Action(f"Preset: {preset.title}", preset.tip, lambda: lab.preset_chosen(preset))
