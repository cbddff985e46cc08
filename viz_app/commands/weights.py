"""``viz-app weights``: list, fetch, verify and remove the published networks."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from viz_app.core.errors import VizError, WeightsError
from viz_app.files.registry import Network
from viz_app.files.weights import FetchProgress, WeightsStore

TTY_EVERY_S, LOG_EVERY_S = 0.1, 5.0


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("weights", help="list, fetch, verify and remove networks")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="the networks there are, and which of them are here")
    fetch = actions.add_parser("fetch", help="bring networks here")
    fetch.add_argument("names", nargs="+", metavar="NAME", help="a network, or the set “standard”")
    verify = actions.add_parser("verify", help="check the sha256 of what is here")
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: all that are here")
    remove = actions.add_parser("remove", help="delete networks from this computer")
    remove.add_argument("names", nargs="+", metavar="NAME")


def run(args: argparse.Namespace, store: WeightsStore | None = None) -> int:
    """Do what was asked; 1 if any of it failed."""
    store = store or WeightsStore()
    if args.action == "list":
        _list(store)
        return 0
    if args.action == "verify":
        here = [network.name for network in store.networks() if store.is_present(network.name)]
        if not (args.names or here):
            print("Nothing is here yet.")
        return _each(store.registry.expand(args.names or here), partial(_verify, store))
    networks = store.registry.expand(args.names)
    if args.action == "remove":
        return _each(networks, partial(_remove, store))
    return _each(networks, partial(_fetch, store))


def _each(networks: Iterable[Network], do: Callable[[Network], None]) -> int:
    """Do something with each network; a failure is told and the others go on."""
    failed = 0
    for network in networks:
        try:
            do(network)
        except VizError as error:
            print(error, file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def _list(store: WeightsStore) -> None:
    rows = [("name", "size", "here", "licence", "for")]
    for network in store.networks():
        here = "yes" if store.is_present(network.name) else "-"
        size = f"{network.size / 1e6:.1f} MB"
        rows.append((network.name, size, here, network.licence, network.purpose))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        print("  ".join([*cells, row[4]]))
    for name, members in store.registry.sets.items():
        print(f"\n{name} = {' '.join(members)}")
    print(f"\nKept in {store.folder}")


def _verify(store: WeightsStore, network: Network) -> None:
    store.verify(network.name)
    print(f"{network.name}: right")


def _remove(store: WeightsStore, network: Network) -> None:
    freed = store.remove(network.name)
    told = f"removed, {freed / 1e6:.1f} MB freed" if freed else "was not here"
    print(f"{network.name}: {told}")


def _fetch(store: WeightsStore, network: Network) -> None:
    if store.is_present(network.name) and _is_right(store, network):
        print(f"{network.name}: here already")
        return
    print(
        f"{network.title}: {network.size / 1e6:.1f} MB "
        f"(download {network.download_size / 1e6:.1f} MB), licence {network.licence}"
    )
    line = _Line()
    try:
        for step in store.fetch(network.name):
            line.show(step)
    except KeyboardInterrupt:
        line.end()
        print(f"Stopped; `viz-app weights fetch {network.name}` goes on from here.")
        raise
    except VizError:
        line.end()
        raise
    line.end()
    print(f"{network.name}: here")


def _is_right(store: WeightsStore, network: Network) -> bool:
    try:
        store.verify(network.name)
    except WeightsError:
        return False
    return True


class _Line:
    """A line of progress: rewritten on a terminal, repeated now and then elsewhere."""

    def __init__(self) -> None:
        self._is_tty = sys.stdout.isatty()
        self._shown_at = 0.0
        self._began: tuple[str, float, int] = ("", 0.0, 0)

    def show(self, step: FetchProgress) -> None:
        """Show a step, unless the last one was shown a moment ago."""
        now = time.monotonic()
        if step.doing != self._began[0]:
            self._began = (step.doing, now, step.done_bytes)
            self._shown_at = 0.0
        if now - self._shown_at < (TTY_EVERY_S if self._is_tty else LOG_EVERY_S):
            return
        self._shown_at = now
        _doing, since, before = self._began
        rate = (step.done_bytes - before) / max(now - since, 1e-6)
        left = f", {(step.total_bytes - step.done_bytes) / rate:.0f} s left" if rate > 1e4 else ""
        text = f"  {step.doing}"
        if step.done_bytes > before:
            text += (
                f": {step.done_bytes / 1e6:.1f} of {step.total_bytes / 1e6:.1f} MB "
                f"({100 * step.done_bytes / step.total_bytes:.0f} %, {rate / 1e6:.1f} MB/s{left})"
            )
        print(f"\r\x1b[K{text}" if self._is_tty else text, end="" if self._is_tty else "\n")
        sys.stdout.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._is_tty:
            print()
