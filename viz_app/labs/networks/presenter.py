"""The networks lab's part of the conversation: which network, what is selected, what is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from viz_app.core.architectures import catalogue as nets
from viz_app.core.layers import INPUT, Shape
from viz_app.core.records import Picture
from viz_app.labs.lab import Lab
from viz_app.labs.networks import building, compare, costs
from viz_app.labs.networks import snippet as programs
from viz_app.labs.networks.actions import lab_actions
from viz_app.labs.networks.controls import GROUPS
from viz_app.labs.networks.explain import explain
from viz_app.labs.networks.figure import draw
from viz_app.labs.networks.scene import (
    Built,
    Column,
    NetworksScene,
    at_size,
    network_of,
    resolve,
)
from viz_app.labs.networks.table import Table, as_text, tabulate
from viz_app.labs.networks.view import NetworkShown, NetworksView
from viz_app.labs.presenter import House, Presenter

LAYER_FIELDS = ("kind", "channels", "kernel", "stride", "padding")
# the numbers of the slides with which each calculator begins
SLIDES: dict[str, dict[str, Any]] = {
    "bottleneck": {"side": 28, "depth": 192, "window": 5, "filters": 32, "bottleneck": 16},
    "fully": {"side": 32, "depth": 3, "window": 5, "filters": 6},
}


class NetworksPresenter(Presenter[NetworksScene, NetworksView]):
    """Everything follows from layer tables by arithmetic; the engine is not asked."""

    lab = Lab(
        name="networks",
        title="Networks",
        icon="tree-structure",
        summary="Architectures one can take apart: every number explained, drawn, compared, built.",
        scene_type=NetworksScene,
        groups=GROUPS,
        snippet=programs.snippet,
        resolve=resolve,
    )

    def __init__(self, view: NetworksView, house: House) -> None:
        super().__init__(view, house)
        self.actions = lab_actions(self)

    def show(self, scene: NetworksScene, picture: Picture | None) -> None:
        self.view.show_view(scene.view)
        if scene.view == "costs":
            self.view.show_costs(costs.costs_of(scene))
        elif scene.view == "compare":
            first, second = self._table(scene), self._other(scene)
            sides = (compare.side(first, scene.batch), compare.side(second, scene.batch))
            self.view.show_comparison(sides)
        else:
            table = self._table(scene)
            self.view.show_network(
                NetworkShown(
                    table,
                    draw(table),
                    compare.totals(table, scene.batch),
                    scene.layer,
                    scene.column,
                    explain(table, scene.layer, scene.column),
                    scene.built is not None,
                    scene.is_brief,
                )
            )

    def edited(self, field: str, value: Any) -> None:
        if field == "network":
            self.change(network=value, size=0, layer="", built=None)
        elif field == "calculator":
            self.change(calculator=value, **SLIDES[value])
        elif field in LAYER_FIELDS:
            layers = building.changed(self._layers(), self.scene.layer, **{field: value})
            self._build(layers, field)
        else:
            super().edited(field, value)

    # Intents of the network view

    def cell_chosen(self, layer: str, column: Column) -> None:
        """Select a cell of the table."""
        self.change(gesture="cell", layer=layer, column=column)

    def layer_chosen(self, layer: str) -> None:
        """Select a layer, in the drawing."""
        self.change(gesture="cell", layer=layer)

    def layer_added(self, word: str) -> None:
        """Put a layer, or a block of several, behind the selected one and select it."""
        layers, name = self._layers(), self.scene.layer
        number = building.fresh_number(layers)
        piece = building.piece(word, self._shape_at(name), name, number)
        self._build(building.inserted(layers, name, piece), layer=piece[-1].name)

    def layer_deleted(self) -> None:
        """Take the selected layer out and select the one above."""
        layers, name = self._layers(), self.scene.layer
        at = building.position(layers, name)
        if at >= 0:
            rest = building.deleted(layers, name)
            near = rest[max(at - 1, 0)].name if rest else INPUT
            self._build(rest, layer=near)

    def layer_moved(self, by: int) -> None:
        """Move the selected layer up or down."""
        layers = building.moved(self._layers(), self.scene.layer, by)
        if layers != self._layers():
            self._build(layers)

    def layer_duplicated(self) -> None:
        """Put a copy of the selected layer behind it."""
        layers = self._layers()
        at = building.position(layers, self.scene.layer)
        if at >= 0:
            stem = layers[at].name.partition("+")[0]
            copy = replace(layers[at], name=f"{stem}{building.fresh_number(layers)}", inputs=())
            if len(layers[at].inputs) > 1:
                copy = replace(copy, inputs=layers[at].inputs)
            self._build(building.inserted(layers, layers[at].name, (copy,)), layer=copy.name)

    def emptied(self) -> None:
        """Begin a network of one's own with nothing but the input."""
        self.change(built=Built("Your network", ()), layer=INPUT, view="network")

    def restored(self) -> None:
        """Go back to the network of the catalogue."""
        self.change(built=None)

    def table_copied(self, form: str) -> None:
        """Copy the table as markdown, csv or latex."""
        self.view.copy_text(as_text(self._table(self.scene), form))

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        scene = self.scene
        if scene.view == "costs":
            shown = costs.costs_of(scene)
            return {bar.label: bar.value for bar in shown.bars}
        table = self._table(scene)
        rows = [line.row for line in table.lines if line.row is not None]
        mine: dict[str, Any] = {
            "network": table.network.title,
            "total_parameters": table.parameters,
            "total_macs": table.macs,
            "layers": np.array([row.layer.name for row in rows], dtype=np.str_),
            "parameters": np.array([row.parameters for row in rows], dtype=np.int64),
            "macs": np.array([row.macs for row in rows], dtype=np.int64),
        }
        if scene.view == "compare":
            other = self._other(scene)
            mine |= {
                "other": other.network.title,
                "other_parameters": other.parameters,
                "other_macs": other.macs,
            }
        return mine

    def demonstrate(self) -> None:
        self.change(view="network", network="alexnet", size=0, built=None, layer="conv2",
                    column="parameters")  # fmt: skip

    # Inside

    def _table(self, scene: NetworksScene) -> Table:
        return tabulate(network_of(scene))

    def _other(self, scene: NetworksScene) -> Table:
        return tabulate(nets.network(scene.other))

    def _layers(self) -> building.Layers:
        return network_of(self.scene).layers

    def _shape_at(self, name: str) -> Shape:
        """What comes out of a layer, or what went into the network where it does not fit."""
        scene = self.scene
        table = self._table(scene)
        for line in reversed(table.lines[: table.line(name) + 1]):
            if line.row is not None:
                return line.row.shape
        return at_size(nets.network(scene.network).input_shape, scene.size)

    def _build(self, layers: building.Layers, gesture: str = "", layer: str = "") -> None:
        scene = self.scene
        title = scene.built.title if scene.built else f"{nets.network(scene.network).title}, yours"
        self.change(gesture=gesture and f"{gesture} {scene.layer}", built=Built(title, layers),
                    layer=layer or scene.layer)  # fmt: skip
