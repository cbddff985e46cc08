"""The networks lab's part of the conversation: which network, what is selected, what is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from viz_app.core.architectures import catalogue as nets
from viz_app.core.architectures.published import TABLES
from viz_app.core.layers import INPUT, Network, Shape
from viz_app.core.records import Picture
from viz_app.labs.activations import jobs as activation_jobs
from viz_app.labs.activations.layers import OWN
from viz_app.labs.lab import Lab
from viz_app.labs.networks import building, compare, costs, jobs
from viz_app.labs.networks import snippet as programs
from viz_app.labs.networks.actions import lab_actions
from viz_app.labs.networks.controls import GROUPS
from viz_app.labs.networks.explain import explain
from viz_app.labs.networks.figure import draw
from viz_app.labs.networks.scene import (
    Built,
    Column,
    NetworksScene,
    Version,
    at_size,
    network_of,
    resolve,
)
from viz_app.labs.networks.table import Table, arranged, as_text, tabulate, tabulate_own
from viz_app.labs.networks.view import NetworkShown, NetworksView
from viz_app.labs.presenter import House, Presenter

LAYER_FIELDS = ("kind", "channels", "kernel", "stride", "padding")
# the numbers of the slides with which each calculator begins
SLIDES: dict[str, dict[str, Any]] = {
    "bottleneck": {"side": 28, "depth": 192, "window": 5, "filters": 32, "bottleneck": 16},
    "fully": {"side": 32, "depth": 3, "window": 5, "filters": 6},
    "one_by_one": {"side": 28, "depth": 192, "window": 3, "filters": 32},
    "residual": {"side": 56, "depth": 64, "window": 3, "filters": 128, "step": 2},
    "alexnet": {"side": 227, "window": 11, "step": 4},
}
# from the catalogue's name to the activations lab's, where they differ
ACTIVATING = frozenset(TABLES)
PARTS = {"vgg16_features": "vgg16", "alexnet_features": "alexnet_torchvision"}
ACTIVATIONS = {"alexnet_torchvision": "alexnet", "googlenet_torchvision": "googlenet"}


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
            sides = compare.sides(first, second, scene.batch, scene.is_own_scale)
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
                    scene.built is not None or scene.own is not None,
                    self._order(scene, table),
                    scene.sorted_by,
                    scene.is_falling,
                    scene.words,
                    scene.own is not None,
                )
            )

    def edited(self, field: str, value: Any) -> None:
        if field == "network":
            self.change(network=value, size=0, layer="", built=None, own=None, words="")
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

    def column_sorted(self, column: Column) -> None:
        """Sort by a column: largest first, then smallest first, then as the layers run."""
        scene = self.scene
        if scene.sorted_by != column:
            self.change(gesture="sort", sorted_by=column, is_falling=column not in ("name", "kind"))
        elif scene.is_falling == (column not in ("name", "kind")):
            self.change(gesture="sort", is_falling=not scene.is_falling)
        else:
            self.change(gesture="sort", sorted_by=None)

    def words_typed(self, words: str) -> None:
        """Show the layers whose name or kind has these words."""
        self.change(gesture="words", words=words)

    def version_kept(self) -> None:
        """Put the network on the screen aside, to compare it with what it becomes."""
        network = network_of(self.scene)
        self.change(kept=Version(network.title, network.input_shape, network.layers),
                    is_beside_kept=True)  # fmt: skip
        self.house.speaker.tell(
            f"{network.title} is put aside: change it, then look at Compare.", is_good=True
        )

    def open_own(self, spec: str, *, may_run: bool = False) -> None:
        """Make the user's own network on the engine's thread and show its table."""
        if may_run:
            self.house.weights.agreed.add(spec)
        self.house.runner.run(
            "networks.own",
            lambda turn: jobs.open_own(turn, spec, may_run),
            title="Opening your network",
            on_done=self._on_opened,
            on_failed=self.fail,
        )

    def has_activations(self) -> bool:
        """Whether the activations lab has the network on the screen."""
        scene = self.scene
        if "activations" not in self.house.document.labs or scene.built is not None:
            return False
        if scene.own is not None:  # its code is run again: only what was agreed to
            return scene.own.spec in self.house.weights.agreed
        return ACTIVATIONS.get(scene.network, scene.network) in ACTIVATING

    def activations_asked(self) -> None:
        """Go to the activations lab with this network and the selected layer."""
        if not self.has_activations():
            return
        scene = self.scene
        if scene.own is not None:
            self.house.runner.run(
                "networks.own",
                activation_jobs.open_own(scene.own.spec, may_run=True),
                title="Opening your network",
                on_done=lambda own: self._go_to_activations(network=OWN, own=own, layer=""),
                on_failed=self.fail,
            )
            return
        layer = draw(self._table(scene)).home.get(scene.layer, scene.layer)
        name = ACTIVATIONS.get(scene.network, scene.network)
        self._go_to_activations(network=name, layer=layer)

    def _go_to_activations(self, **fields: Any) -> None:
        document = self.house.document
        there = replace(document.scene("activations"), **fields)
        document.change_scene("activations", there)
        document.choose_lab("activations")

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
        self.change(own=None, built=Built("Your network", ()), layer=INPUT, view="network")

    def restored(self) -> None:
        """Go back to the network of the catalogue."""
        self.change(built=None, own=None, words="")

    def table_copied(self, form: str) -> None:
        """Copy the table as markdown, csv or latex."""
        self.view.copy_text(as_text(self._table(self.scene), form))
        self.house.tell_done("The table is on the clipboard.")

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
        if scene.own is not None:
            return tabulate_own(network_of(scene), scene.own)
        return tabulate(network_of(scene))

    def _other(self, scene: NetworksScene) -> Table:
        kept = scene.kept
        if kept is not None and scene.is_beside_kept:
            return tabulate(Network("kept", f"{kept.title}, kept", kept.input_shape, kept.layers))
        return tabulate(nets.network(scene.other))

    def _order(self, scene: NetworksScene, table: Table) -> tuple[int, ...]:
        return arranged(
            table, scene.sorted_by, scene.is_falling, scene.words, scene.is_brief, scene.layer
        )

    def _on_opened(self, opened: jobs.Opened) -> None:
        """Show a network that was made: its own table, or the catalogue's that its weights fit."""
        if (traced := opened.traced) is not None:
            self.change(view="network", own=traced, built=None, layer="", words="")
            return
        known = opened.known
        assert known is not None
        name = known.name if known.name in nets.catalogue() else PARTS[known.name]
        is_catalogues = nets.network(name).layers == known.layers
        built = None if is_catalogues else Built(f"{known.title}, yours", known.layers)
        self.change(view="network", network=name, size=0, layer="", built=built, own=None,
                    words="")  # fmt: skip
        self.house.speaker.tell(f"These are weights of {known.title}; all fit.", is_good=True)

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
