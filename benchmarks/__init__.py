"""What the program promises about speed, measured. ``python -m benchmarks`` lists the names.

Each module but ``harness`` is one benchmark: the first line of its docstring says what it measures,
and ``rows(rounds)`` gives one :class:`~benchmarks.harness.Row` for each thing measured.
"""
