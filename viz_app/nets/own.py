"""The user's own network: weights for a known definition, or a module that the user's code makes.

::

    net = load_own("weights.safetensors")               # a Net; its definition is found by its keys
    net = load_own("my_models:make", may_run=True)      # an OwnNet: my_models.make() was called
    net = load_own("net.py:Net@1x28x28", may_run=True)  # … and run on an example of this shape
    net(images, net.names[:2])                          # {name: Tensor}, as a Net answers

A spec with a colon runs the user's code, and only if ``may_run`` says that the user agreed; a
file of weights never runs any. An exported program (.pt2) is not read: reading one makes torch
evaluate text that stands in it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from viz_app.core.architectures import catalogue
from viz_app.core.architectures.alexnet import alexnet_features
from viz_app.core.architectures.vgg import vgg16_features
from viz_app.core.errors import WeightsError
from viz_app.core.layers import Network, Shape
from viz_app.core.traced import Spec, parse_spec
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.loading import State, check_state, read_safetensors, read_torch
from viz_app.nets.published import expected_shapes, torchvision_state
from viz_app.nets.tracing import OwnNet, trace

_USUAL_SIDES = (224, 32, 28, 64)


def load_own(text: str, definition: str = "", *, may_run: bool = False) -> Net | OwnNet:
    """Make the user's network, frozen, in evaluation mode.

    Parameters
    ----------
    text
        a spec, see the top of this file
    definition
        name of the catalogue's network that the weights are for; empty: found by its keys
    may_run
        whether the user agreed that code is run

    Raises
    ------
    WeightsError
        one sentence: what is wrong with the spec, the file or the code
    """
    spec = parse_spec(text)
    if not spec.runs_code:
        state = read_weights(Path(spec.source))
        network = _named(definition) if definition else recognise(state)
        network = _with_classes(network, state)
        return build_frozen(network, check_state(network, torchvision_state(network, state)))
    if not may_run:
        raise WeightsError(f"“{spec.text}” runs the code in it: agree to that first.")
    return _run_on_example(_made(spec).eval().requires_grad_(False), spec)


def read_weights(path: Path) -> State:
    """Tensors of a file of weights; no code in it is run.

    Raises
    ------
    WeightsError
        if it cannot be read or holds something else
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"“{path.name}” could not be read: {error.strerror}.") from error
    is_safe = path.suffix.lower() == ".safetensors"
    return read_safetensors(data) if is_safe else read_torch(data)


def recognise(state: State) -> Network:
    """The network of the catalogue whose tensors these are, or nearly.

    Where none fits exactly it is the one that shares most keys and shapes, so that
    ``check_state`` names the tensor that is wrong.

    Raises
    ------
    WeightsError
        if not half of the tensors belong to any
    """
    best, most = None, 0.0
    for network in _known():
        expected = expected_shapes(network)
        same = sum(
            key in state and tuple(state[key].shape) == shape for key, shape in expected.items()
        )
        share = 2 * same / (len(expected) + len(_learned(state)))
        if share > most:
            best, most = network, share
    if best is None or most < 0.5:
        first = next(iter(state), "nothing")
        raise WeightsError(
            f"These tensors ({first[:60]}, …) are of no network of the catalogue; give the code "
            "that makes the network instead, as module:factory."
        )
    return best


def _known() -> Iterator[Network]:
    yield from (entry.make() for entry in catalogue.catalogue().values())
    yield from (vgg16_features(), alexnet_features())


def _learned(state: State) -> list[str]:
    return [key for key in state if not key.endswith("num_batches_tracked")]


def _named(name: str) -> Network:
    try:
        return catalogue.network(name)
    except KeyError:
        raise WeightsError(f"The catalogue has no network {name!r}; choose one of it.") from None


def _with_classes(network: Network, state: State) -> Network:
    """The network with as many classes as the file has: the last layer is often trained anew."""
    last = next((i for i in reversed(range(len(network.layers)))
                 if network.layers[i].kind in ("linear", "conv")), None)  # fmt: skip
    if last is None:
        return network
    layer = network.layers[last]
    weight = state.get(f"{layer.key or layer.name}.weight")
    if not isinstance(weight, Tensor) or not weight.dim() or not weight.shape[0]:
        return network
    layers = list(network.layers)
    layers[last] = replace(layer, channels=weight.shape[0])
    return replace(network, layers=tuple(layers))


def _made(spec: Spec) -> nn.Module:
    """Run the user's factory; whatever it raises becomes one sentence."""
    try:
        with _here_importable():
            factory = getattr(_module(spec.source), spec.factory)
            made = factory if isinstance(factory, nn.Module) else factory()
    except (Exception, SystemExit) as error:
        raise WeightsError(f"“{spec.text}” failed: {_first_line(error)}.") from error
    if not isinstance(made, nn.Module):
        raise WeightsError(f"“{spec.text}” gives a {type(made).__name__}, but must give a Module.")
    return made


def _module(source: str) -> Any:
    if not source.endswith(".py"):
        return importlib.import_module(source)
    path = Path(source).resolve()
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    module = importlib.util.module_from_spec(found)
    sys.modules.setdefault(path.stem, module)  # dataclasses and pickles look for it there
    found.loader.exec_module(module)
    return module


@contextmanager
def _here_importable() -> Iterator[None]:
    """Modules of the working folder can be imported while this lasts, as with ``python -m``."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _run_on_example(module: nn.Module, spec: Spec) -> OwnNet:
    """Run it on the first example that it takes."""
    title = spec.factory
    failures = []
    for shape in (spec.shape,) if spec.shape else _guesses(module):
        try:
            return OwnNet(module, trace(module, spec.text, title, shape))
        except WeightsError:
            raise
        except Exception as error:  # noqa: BLE001 - the user's code raises what it likes
            failures.append(_first_line(error))
    example = spec.text.partition("@")[0] + "@1x28x28"
    raise WeightsError(
        f"“{spec.text}” does not take the example ({failures[0]}); write the shape that it takes "
        f"behind it, as in {example}."
    )


def _guesses(module: nn.Module) -> Iterator[Shape]:
    """Shapes of images that its first layer may take."""
    for part in module.modules():
        if isinstance(part, nn.Conv1d | nn.Conv2d | nn.Conv3d):
            axes = len(part.kernel_size)
            yield from ((part.in_channels, *(side,) * axes) for side in _USUAL_SIDES)
            return
        if isinstance(part, nn.Linear):
            yield (part.in_features,)
            for channels in (1, 3):
                side = round((part.in_features / channels) ** 0.5)
                yield (channels, side, side)
            return
    yield from ((3, side, side) for side in _USUAL_SIDES)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160].rstrip(".")
