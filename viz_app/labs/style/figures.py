"""The numbers of a run by name, for export and for the tour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from viz_app.labs.style.runs import Run


def numbers_of(run: Run) -> Mapping[str, Any]:
    """Return the terms, weights and curves of the picture that is shown."""
    scene = asdict(run.scene)
    words: dict[str, Any] = {
        "content": run.content.name if run.content else "",
        **{k: scene[k] for k in ("style", "mode", "size", "content_layer", "optimiser")},
    }
    if run.painted is None:
        return {**words, "step": 0}
    snapshot = run.painted.snapshot
    weights = snapshot.coefficients
    rows = run.trace.rows[: run.painted.rows]
    return {
        **words,
        "step": snapshot.step,
        "J": snapshot.total,
        "J_content": snapshot.costs.content,
        **{f"J_style_{n}": c for n, c in zip(snapshot.layers, snapshot.costs.style, strict=True)},
        "TV": snapshot.costs.variation,
        "alpha": weights.alpha,
        "beta": weights.beta,
        "lambda": np.array(weights.lambdas),
        "tau": weights.variation,
        "precision": snapshot.precision,
        "gradient_norm": snapshot.gradient_norm,
        "steps": np.array([row.step for row in rows]),
        "J_by_step": np.array([row.total for row in rows]),
        "content_by_step": np.array([row.content for row in rows]),
        "style_by_step": np.array([row.styles for row in rows]).reshape(len(rows), -1),
        "variation_by_step": np.array([row.variation for row in rows]),
        "marks": np.array([f"{m.step}: {m.words}" for m in run.trace.marks], np.str_),
    }
