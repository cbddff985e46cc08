"""Whatever a user does, nothing fails: a short walk at random (``make soak`` is the long one)."""

from __future__ import annotations

import threading

import pytest

from tests.monkey import Monkey, nobody_to_ask
from viz_app.furnish import LABS

ACTIONS = 120


@pytest.mark.parametrize("seed", [1, 2])
def test_no_row_of_random_actions_makes_the_program_fail(start_house, qapp, seed):
    before = threading.active_count()
    program = start_house(LABS)
    monkey = Monkey(program, seed)
    with nobody_to_ask():
        for _ in range(ACTIONS):
            monkey.act()
            qapp.processEvents()
    program.window.close()
    for runner in (program.keeper.runner, program.keeper.errands, program.keeper.fetches):
        runner.engine._thread.join(60)
    assert threading.active_count() <= before + 1  # torch keeps a thread of its own
