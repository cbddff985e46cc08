from __future__ import annotations

from dataclasses import replace

from viz_app.core.style_terms import StyleControls
from viz_app.labs.style.trace import Row, Trace, steered


def row(step, total):
    return Row(step, total, 1.0, (0.0,) * 5, 0.0, 1.0, 0.25)


def test_a_mark_says_what_was_moved():
    one = StyleControls()
    assert steered(one, replace(one, beta=1.6)) == "β 1 → 1.6"
    assert steered(one, replace(one, lambdas=(1, 1, 0.5, 1, 1))) == "λ 3_1 1 → 0.5"
    assert steered(one, replace(one, optimiser="lbfgs")) == "L-BFGS"
    assert steered(one, one) == ""


def test_a_slider_that_is_dragged_leaves_one_mark():
    trace = Trace()
    trace.rows.append(row(0, 5.0))
    trace.mark("β 1 → 1.2", 0)
    trace.rows.append(row(1, 4.0))
    trace.mark("β 1.2 → 1.6", 1)
    assert [mark.words for mark in trace.marks] == ["β 1 → 1.6"]


def test_marks_apart_stay_apart():
    trace = Trace()
    trace.mark("β 1 → 2", 0)
    trace.rows += [row(i, 4.0) for i in range(3)]
    trace.mark("α 1 → 2", 3)
    assert [(mark.row, mark.words) for mark in trace.marks] == [(0, "β 1 → 2"), (3, "α 1 → 2")]


def test_forty_steps_without_gain_are_flat_and_a_mark_begins_anew():
    trace = Trace()
    trace.rows += [row(i, 5.0) for i in range(39)]
    assert not trace.is_flat()
    trace.rows.append(row(39, 4.9999))
    assert trace.is_flat()
    trace.mark("β 1 → 2", 40)
    assert not trace.is_flat()


def test_a_cost_that_falls_is_not_flat():
    trace = Trace()
    trace.rows += [row(i, 5.0 * 0.999**i) for i in range(60)]
    assert not trace.is_flat()


def test_the_rate_is_that_of_the_last_steps_and_leaves_the_first_out():
    trace = Trace()
    trace.rows.append(replace(row(0, 1.0), seconds=99.0))
    assert trace.rate(1) == 0
    trace.rows += [row(i, 1.0) for i in range(1, 9)]
    assert trace.rate(9) == 4.0


def test_a_branch_has_its_own_trace():
    trace = Trace()
    trace.rows.append(row(0, 1.0))
    twin = trace.copied()
    twin.rows.append(row(1, 1.0))
    assert len(trace.rows) == 1
