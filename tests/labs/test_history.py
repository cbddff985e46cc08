from viz_app.labs.history import GESTURE_S, History


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_undo_and_redo_walk_over_the_states():
    history = History(0)
    history.push(1)
    history.push(2)
    assert [history.undo(), history.undo(), history.undo()] == [1, 0, 0]
    assert [history.redo(), history.redo(), history.redo()] == [1, 2, 2]


def test_a_push_forgets_what_was_undone():
    history = History(0)
    history.push(1)
    history.undo()
    history.push(2)
    assert not history.can_redo
    assert history.undo() == 0


def test_moves_of_one_gesture_are_one_step():
    clock = Clock()
    history = History(0, clock=clock)
    for value in (1, 2, 3):
        clock.now += GESTURE_S / 2
        history.push(value, "slider")
    assert history.undo() == 0


def test_a_pause_or_another_control_begins_a_new_step():
    clock = Clock()
    history = History(0, clock=clock)
    history.push(1, "a")
    history.push(2, "b")
    clock.now += 2 * GESTURE_S
    history.push(3, "b")
    assert [history.undo(), history.undo(), history.undo()] == [2, 1, 0]


def test_a_gesture_does_not_swallow_the_state_before_an_undo():
    history = History(0, clock=Clock())
    history.push(1, "a")
    history.push(2, "b")
    history.undo()
    history.push(3, "b")
    assert history.undo() == 1


def test_the_same_state_is_no_step():
    history = History(0)
    history.push(0)
    assert not history.can_undo


def test_only_so_many_steps_are_kept():
    history = History(0, limit=3)
    for value in range(1, 10):
        history.push(value)
    assert [history.undo() for _ in range(4)] == [8, 7, 6, 6]
