"""For every channel of every layer, the nine images of a set that excite it most.

Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (arXiv:1311.2901), in
one streaming pass: of each batch only its maxima are looked at, layer by layer as the forward
pass goes, and merged into a running best nine. What is kept does not grow with the images.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from viz_app.compute.activations import as_maps
from viz_app.core.patches import BEST, NONE, Table
from viz_app.nets.build import Net

Check = Callable[[], None]
_Parts = tuple[Tensor, Tensor, Tensor]
"""values [C, K], images [C, K], units [C, K]."""


class Search:
    """A running best nine of the layers named, at most one patch an image.

    Ties go to the image with the lower number, and within an image to the unit that comes first,
    so the answer does not depend on the batches nor on their order.

    Parameters
    ----------
    net
        frozen, in evaluation mode
    layers
        names in its table
    known
        tables to begin with
    """

    def __init__(
        self, net: Net, layers: Sequence[str], known: Mapping[str, Table] | None = None
    ) -> None:
        self._net = net
        self._layers = tuple(layers)
        self._device = next(net.parameters()).device
        self._best: dict[str, _Parts] = {}
        self.take_in(known or {})

    def look_at(self, batch: Tensor, images: Sequence[int], check: Check | None = None) -> None:
        """Take in images, float32 [N, 3, H, W] in [0, 1], which bear these numbers.

        What ``check`` raises between layers leaves the former state in force.

        Raises
        ------
        ShapeError
            if there is no such layer, or the images do not fit the network
        """
        numbers = torch.tensor(images, dtype=torch.int32, device=self._device)
        found = dict(self._best)

        def visit(layer: str, maps: Tensor) -> None:
            found[layer] = _with_batch(found.get(layer), as_maps(maps), numbers)

        with torch.inference_mode():
            self._net(batch.to(self._device), self._layers, check, visit)
        self._best = found

    def take_in(self, tables: Mapping[str, Table]) -> None:
        """Merge what was found elsewhere; an image that is in both counts once."""
        with torch.inference_mode():
            for layer, table in tables.items():
                parts = tuple(
                    torch.tensor(part, device=self._device)
                    for part in (table.values, table.images, table.units)
                )
                mine = self._best.get(layer)
                pool = parts if mine is None else tuple(map(_joined, mine, parts))
                values, images, units = pool
                self._best[layer] = _nine((values, images, units))

    def tables(self) -> dict[str, Table]:
        """The present best of every layer; copies that do not change."""
        return {
            layer: Table(*(part.cpu().numpy().copy() for part in self._best[layer]))
            for layer in self._layers
            if layer in self._best
        }


def _with_batch(known: _Parts | None, maps: Tensor, numbers: Tensor) -> _Parts:
    """The best nine of what is known and of a batch's maps [N, C, H, W]."""
    count, channels = maps.shape[:2]
    flat = maps.flatten(2)
    values = flat.amax(2).float().t()  # [C, N]; where the maxima lie is looked for in winners only
    values = values.nan_to_num(nan=float("-inf"))
    images = numbers.expand(channels, count)
    slots = torch.arange(count, dtype=torch.int32, device=maps.device)
    unknown = (NONE - 1 - slots).expand(channels, count)  # −2 − n: the unit of the n-th image
    fresh = (values, images, unknown)
    pool = fresh if known is None else tuple(map(_joined, known, fresh))
    values, images, units = _nine((pool[0], pool[1], pool[2]))
    channel, rank = (units < NONE).nonzero(as_tuple=True)
    if len(channel):
        slot = (NONE - 1 - units[channel, rank]).long()
        units = units.index_put((channel, rank), _first_largest(flat, slot, channel))
    return values, images, units


def _first_largest(flat: Tensor, image: Tensor, channel: Tensor) -> Tensor:
    """Where maps [N, C, H·W] have their largest value, of equals the first, int32 [M]."""
    if flat.device.type != "cpu" or flat.dtype != torch.float32:
        return flat[image, channel].argmax(1).to(torch.int32)
    rows = flat.numpy()  # its argmax is several times as fast as torch's, and nothing is copied
    pairs = zip(image.tolist(), channel.tolist(), strict=True)
    return torch.tensor([int(rows[n, c].argmax()) for n, c in pairs], dtype=torch.int32)


def _nine(pool: _Parts) -> _Parts:
    """The nine largest of each channel [C, K], an image once, equals by its number."""
    by_image = pool[1].argsort(dim=1, stable=True)
    values, images, units = (part.gather(1, by_image) for part in pool)
    again = torch.zeros_like(images, dtype=torch.bool)
    again[:, 1:] = (images[:, 1:] == images[:, :-1]) & (images[:, 1:] != NONE)
    values = values.masked_fill(again, float("-inf"))
    images, units = (part.masked_fill(again, NONE) for part in (images, units))
    order = values.argsort(dim=1, descending=True, stable=True)[:, :BEST]
    values, images, units = (part.gather(1, order) for part in (values, images, units))
    short = BEST - values.shape[1]
    if short > 0:
        pad = torch.nn.functional.pad
        values = pad(values, (0, short), value=float("-inf"))
        images, units = (pad(part, (0, short), value=NONE) for part in (images, units))
    return values, images, units


def _joined(a: Tensor, b: Tensor) -> Tensor:
    return torch.cat((a, b), 1)
