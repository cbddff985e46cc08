"""The user's own network behind the manners of a published one: it takes photos and shows layers.

::

    own, net = open_own("my_models:make", may_run=True)    # a record, and the network
    net(photos, ("conv1",))                                # [N, 3, side, side] in [0, 1], RGB
    net = fit(own, "signed", may_run=True)                 # made again from its record
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from viz_app.core.errors import WeightsError
from viz_app.core.own import OwnNetwork, Scaling, as_table, preprocessing_of
from viz_app.core.traced import parse_spec
from viz_app.nets.build import Net
from viz_app.nets.own import load_own
from viz_app.nets.reach import windows_of
from viz_app.nets.tracing import OwnNet

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
Check = Callable[[], None]


class Fitted(nn.Module):
    """Takes photos in [0, 1], RGB; makes them grey and scales their colours as it is told.

    Attributes
    ----------
    network
        its table, with the preprocessing that is done
    """

    def __init__(self, inner: Net | OwnNet, own: OwnNetwork, scaling: Scaling) -> None:
        super().__init__()
        self.inner = inner
        channels = own.table.input_shape[0]
        self._channels, self._is_traced = channels, isinstance(inner, OwnNet)
        wanted = own.table.preprocessing if isinstance(inner, Net) else None
        if wanted is None and not own.is_scaled_by_itself:
            wanted = preprocessing_of(scaling, channels)
        outputs = own.table.outputs if isinstance(inner, Net) else ()
        self.network = replace(own.table, preprocessing=wanted, outputs=outputs)
        self.register_buffer("luma", torch.tensor(LUMA).view(1, 3, 1, 1), persistent=False)
        shape = (1, channels, 1, 1)
        if wanted is not None:
            mean, std = torch.tensor(wanted.mean), torch.tensor(wanted.std)
        else:
            mean, std = torch.zeros(channels), torch.ones(channels)
        self.register_buffer("mean", mean.view(shape), persistent=False)
        self.register_buffer("std", std.view(shape), persistent=False)

    def forward(
        self,
        x: Tensor,
        wanted: Collection[str] = (),
        check: Check | None = None,
        visit: Callable[[str, Tensor], None] | None = None,
    ) -> dict[str, Tensor]:
        """As a :class:`~viz_app.nets.build.Net` answers; ``visit`` is told each wanted layer."""
        if self._channels == 1:
            x = (x * self.get_buffer("luma").to(x.dtype)).sum(1, keepdim=True)
        if isinstance(self.inner, Net):
            return self.inner(x, wanted, check, visit)  # type: ignore[no-any-return]
        x = (x - self.get_buffer("mean")) / self.get_buffer("std")
        return self.inner(x, wanted, check, visit)  # type: ignore[no-any-return]


def open_own(
    spec: str,
    definition: str = "",
    scaling: Scaling = "imagenet",
    *,
    may_run: bool = False,
    check: Check | None = None,
) -> tuple[OwnNetwork, Fitted]:
    """Make the user's network and write down what can be shown of it.

    Parameters are those of :func:`viz_app.nets.own.load_own`; ``check`` is called on the way.

    Raises
    ------
    WeightsError
        if it cannot be made, or takes no photos
    """
    inner = _made(spec, definition, may_run)
    sha256 = _sha256(spec, inner)
    if isinstance(inner, Net):
        own = OwnNetwork(spec, sha256, inner.network, inner.network.name)
    else:
        _check_photo(inner.traced.input_shape, spec)
        table = as_table(inner.traced, windows_of(inner, check))
        own = OwnNetwork(spec, sha256, table, "", inner.traced)
    _check_photo(own.table.input_shape, spec)
    if not own.table.layers:
        raise WeightsError(f"“{own.title}” has no part that answers with maps to be looked at.")
    return own, Fitted(inner, own, scaling)


def fit(own: OwnNetwork, scaling: Scaling, *, may_run: bool = False) -> Fitted:
    """Make a network again from its record.

    Raises
    ------
    WeightsError
        if it cannot be made, or is another one now
    """
    inner = _made(own.spec, own.definition, may_run)
    if _sha256(own.spec, inner) != own.sha256:
        raise WeightsError(f"“{own.spec}” is another network than before: open it again.")
    return Fitted(inner, own, scaling)


def _made(spec: str, definition: str, may_run: bool) -> Net | OwnNet:
    """The same weights each time, also where they are drawn at random."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return load_own(spec, definition, may_run=may_run)


def _sha256(spec: str, inner: Net | OwnNet) -> str:
    """Of the file of weights, or of all parts and tensors, wherever the code lies."""
    parsed = parse_spec(spec)
    if not parsed.runs_code:
        try:
            return hashlib.sha256(Path(parsed.source).read_bytes()).hexdigest()
        except OSError as error:
            raise WeightsError(f"“{spec}” could not be read: {error.strerror}.") from error
    assert isinstance(inner, OwnNet)
    parts = [(part.layer.name, part.module, part.shape) for part in inner.traced.layers]
    mark = hashlib.sha256(repr((parsed.factory, inner.traced.input_shape, parts)).encode())
    for key, tensor in sorted(inner.module.state_dict().items()):
        if isinstance(tensor, Tensor):
            flat = tensor.detach().cpu().contiguous().flatten()
            mark.update(f"{key} {tuple(tensor.shape)} {tensor.dtype}".encode())
            mark.update(flat.view(torch.uint8).numpy().tobytes())
    return mark.hexdigest()


def _check_photo(shape: tuple[int, ...], spec: str) -> None:
    words = "×".join(map(str, shape))
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise WeightsError(
            f"This network takes {words}, which is no photo of one or three colours: only its "
            "table can be shown."
        )
    if shape[1] != shape[2]:
        side = "×".join(str(n) for n in (shape[0], shape[1], shape[1]))
        raise WeightsError(
            f"This network was run on {words}, but the middle square of the photo is looked at: "
            f"open it with a square example, as @{side.replace('×', 'x')}."
        )
