.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
NAME ?=

.PHONY: help setup run test check soak fmt lint types bench shots wheel

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/viz-app: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e '.[test,dev]'
	@touch $@

setup: $(BIN)/viz-app  ## make the virtual environment

run: setup  ## start the program
	$(BIN)/viz-app

test: setup  ## run the tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

check:  ## exactly what CI runs
	bash .ci/run

soak: setup  ## random actions in all labs for a long time
	$(BIN)/python tools/soak.py

fmt: setup  ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup  ## format and lint, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup  ## mypy, strict below the window
	$(BIN)/mypy

bench: setup  ## run the benchmarks (NAME=style for one)
	$(BIN)/python -m benchmarks $(or $(NAME),all)

shots: setup  ## make the README's pictures
	$(BIN)/python tools/make_shots.py docs/pictures

wheel: setup  ## build the wheel into dist/
	$(BIN)/pip wheel -q --no-deps -w dist .
