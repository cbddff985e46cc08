from __future__ import annotations

import copy
import weakref
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_app.core import architectures
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network, Preprocessing, rows, shapes, total_parameters
from viz_app.core.receptive import receptive_fields, window
from viz_app.nets.build import build, build_frozen, plan


def chain(input_shape, *layers, **rest):
    return Network("test", "Test", input_shape, layers, **rest)


def conv(name, channels, kernel, **rest):
    return Layer(name, "conv", channels=channels, kernel=kernel, **rest)


RESIDUAL = chain(
    (3, 9, 9),
    conv("a", 4, 3, padding=1),
    Layer("norm", "batch_norm"),
    Layer("relu", "relu"),
    conv("b", 4, 3, padding=1),
    Layer("sum", "add", ("relu", "b")),
    Layer("out", "leaky_relu", slope=0.1),
)


def small(name):
    network = getattr(architectures, name)()
    return replace(network, input_shape=(3, 64, 64))


@pytest.mark.parametrize("name", ["vgg16_features", "mobilenet_v2", "yolov4_tiny"])
def test_torch_makes_the_shapes_and_parameters_that_the_table_says(name):
    network = small(name)
    net = build(network).eval()
    assert sum(p.numel() for p in net.parameters()) == total_parameters(network)
    with torch.no_grad():
        found = net(torch.rand(2, 3, 64, 64), list(shapes(network)))
    assert {key: tuple(value.shape[1:]) for key, value in found.items()} == shapes(network)


def test_tensors_bear_the_names_of_the_published_checkpoint():
    with torch.device("meta"):
        keys = list(build(architectures.vgg16()).state_dict())
    assert keys[:3] == ["features.0.weight", "features.0.bias", "features.2.weight"]
    assert keys[-2:] == ["classifier.6.weight", "classifier.6.bias"]
    assert "features.18.0.weight" in build(architectures.mobilenet_v2()).state_dict()


def test_the_pass_stops_at_the_last_wanted_layer_and_runs_no_other_branch():
    table = tuple(rows(architectures.yolov4_tiny()))
    names = [step.row.layer.name for step in plan(table, ["conv36"])]
    assert "conv28" not in names
    assert names[-1] == "conv36"
    assert [step.row.layer.name for step in plan(table, ["conv0"])] == ["conv0"]
    assert plan(table, ["input"]) == []


def test_a_wanted_layer_is_never_overwritten_by_its_relu():
    net = build(RESIDUAL).eval()
    x = torch.rand(1, 3, 9, 9)
    together = net(x, [layer.name for layer in RESIDUAL.layers])
    for name, alone in together.items():
        assert torch.equal(net(x, [name])[name], alone), name
    assert (together["norm"] < 0).any()
    assert torch.equal(together["relu"], together["norm"].relu())


def test_a_relu_overwrites_what_nobody_else_reads():
    steps = {step.row.layer.name: step.in_place for step in plan(tuple(rows(RESIDUAL)), ["out"])}
    assert [name for name, is_in_place in steps.items() if is_in_place] == ["relu", "out"]
    forked = chain((1, 4), conv("a", 1, 1), Layer("r", "relu"), Layer("s", "add", ("a", "r")))
    assert not any(step.in_place for step in plan(tuple(rows(forked)), ["s"]))
    first = chain((1, 4), Layer("r", "relu"))
    assert not any(step.in_place for step in plan(tuple(rows(first)), ["r"]))


def test_the_gradient_passes_through_overwritten_layers():
    net = build(RESIDUAL).double().eval()
    x = torch.rand(1, 3, 4, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: net(x)["out"], x, fast_mode=True)


@pytest.mark.parametrize("kind", ["tanh", "sigmoid", "softmax", "max_pool", "flatten"])
def test_a_relu_leaves_alone_what_the_backward_pass_reads_again(kind):
    network = chain((2, 4), conv("a", 2, 1), Layer("mid", kind), Layer("relu", "relu"))
    x = torch.rand(1, 2, 4, dtype=torch.double, requires_grad=True)
    net = build(network).double()
    assert torch.autograd.gradcheck(lambda x: net(x)["relu"], x)


def test_a_tensor_goes_when_nobody_needs_it_any_more():
    net, alive, seen = build(RESIDUAL).eval(), [], []
    hook = net.get_submodule("a").register_forward_hook(
        lambda module, inputs, output: alive.append(weakref.ref(output))
    )
    with torch.no_grad(), hook:
        net(torch.rand(1, 3, 9, 9), check=lambda: seen.append([r() is not None for r in alive]))
    assert seen == [[], [True], [False], [False], [False], [False]]


def test_memory_of_a_layer_is_freed_after_its_last_reader():
    steps = plan(tuple(rows(RESIDUAL)), ["out"])
    freed = {step.row.layer.name: set(step.done_with) for step in steps}
    assert freed == {
        "a": {"input"}, "norm": {"a"}, "relu": {"norm"}, "b": set(), "sum": {"relu", "b"},
        "out": {"sum"},
    }  # fmt: skip


def test_the_check_is_called_before_each_layer_and_can_end_the_pass():
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        build(RESIDUAL).eval()(torch.rand(1, 3, 9, 9), check=check)
    assert len(calls) == 3


def test_the_network_applies_its_own_preprocessing():
    preprocessing = Preprocessing((0.25, 0.5, 0.5), (0.5, 1.0, 2.0), "BGR")
    network = chain((3, 1, 1), Layer("id", "dropout"), preprocessing=preprocessing)
    rgb = torch.tensor([1.0, 0.5, 0.75]).view(1, 3, 1, 1)
    net = build(network).eval()
    assert net(rgb)["id"].flatten().tolist() == [1.0, 0.0, 0.25]
    assert not net.state_dict()


def test_a_copy_in_another_precision_is_whole():
    net = build(small("vgg16_features")).eval()
    x = torch.rand(1, 3, 32, 32)
    other = copy.deepcopy(net).to(dtype=torch.double, memory_format=torch.channels_last)
    for p in net.parameters():
        p.data.zero_()
    assert other(x.double(), ["conv1_1"])["conv1_1"].any()


def test_frozen_weights_are_taken_over_and_need_no_gradient():
    state = build(RESIDUAL).state_dict()
    net = build_frozen(RESIDUAL, state)
    assert net.get_parameter("a.weight").data_ptr() == state["a.weight"].data_ptr()
    assert not any(p.requires_grad for p in net.parameters())
    assert not net.training
    assert net(torch.rand(1, 3, 9, 9))["out"].isfinite().all()


@pytest.mark.parametrize("shape", [(1, 4, 9, 9), (3, 9, 9)])
def test_an_input_of_another_kind_is_refused(shape):
    with pytest.raises(ShapeError, match="takes images of 3 channels"):
        build(RESIDUAL)(torch.rand(shape))


def test_a_size_that_a_layer_on_the_way_does_not_allow_is_refused():
    layers = (
        conv("a", 1, 3),
        Layer("flat", "flatten"),
        Layer("fc", "linear", channels=2),
    )
    net = build(chain((3, 9, 9), *layers)).eval()
    with pytest.raises(ShapeError, match="a: a window of 3 does not fit into 2 cells"):
        net(torch.rand(1, 3, 2, 9))
    with pytest.raises(ShapeError, match="fc: has weights for 49 numbers and would get 63"):
        net(torch.rand(1, 3, 9, 11))
    assert net(torch.rand(1, 3, 9, 11), ["a"])["a"].shape[2:] == (7, 9)


def test_an_unknown_layer_is_refused():
    with pytest.raises(ShapeError, match="no layer 'conv9'"):
        build(RESIDUAL)(torch.rand(1, 3, 9, 9), ["conv9"])


@st.composite
def windowed(draw):
    """A convolution or pooling with whatever fits into 5 to 9 cells, uneven sides included."""
    n = draw(st.integers(5, 9))
    kernel, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    uneven = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: (pair, pair))
    padding = draw(st.one_of(st.integers(0, 3), st.just("same"), uneven))
    kind = draw(st.sampled_from(["conv", "max_pool", "avg_pool"]))
    dilation = 1 if kind == "avg_pool" else dilation
    span = dilation * (kernel - 1) + 1
    if kind != "conv" and padding != "same":
        padding = min(padding, span // 2) if isinstance(padding, int) else ((span // 2, 0),) * 2
    return (
        Layer(
            "a", kind, channels=3, kernel=kernel, stride=draw(st.integers(1, 3)),
            padding=padding, dilation=dilation, ceil_mode=kind != "conv" and draw(st.booleans()),
        ),
        n,
    )  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(windowed())
def test_any_window_gives_the_shape_that_the_table_says(case):
    layer, n = case
    network = chain((3, n, n), layer)
    with torch.no_grad():
        assert build(network)(torch.rand(1, 3, n, n))["a"].shape[1:] == shapes(network)["a"]


def test_no_pooling_window_starts_in_the_padding_behind():
    sides = ((0, 1), (0, 1))
    pool = Layer("a", "max_pool", kernel=2, stride=2, padding=sides, ceil_mode=True)
    network = chain((3, 4, 4), pool)
    assert build(network)(X)["a"].shape[1:] == shapes(network)["a"] == (3, 2, 2)


@pytest.mark.parametrize(
    ("n", "kernel", "stride"), [(3, 4, 4), (3, 4, 1), (1, 3, 2), (2, 4, 2), (2, 5, 3)]
)
def test_a_window_larger_than_the_input_is_pooled_where_torch_rounds_up_to_it(n, kernel, stride):
    x = torch.rand(1, 1, n, n)
    pool = Layer("a", "max_pool", kernel=kernel, stride=stride, ceil_mode=True)
    network = chain((1, n, n), pool)
    if kernel - n >= stride:
        with pytest.raises(ShapeError, match="does not fit"):
            shapes(network)
        return
    assert shapes(network)["a"] == (1, 1, 1)
    assert build(network)(x)["a"].item() == x.max().item()


@pytest.mark.parametrize("n", [7, 8])
def test_same_padding_is_tensorflows(n):
    net = build(chain((1, n), conv("a", 1, 4, stride=2, padding="same")))
    x = torch.rand(1, 1, n)
    total = 3 if n == 7 else 2
    expected = F.conv1d(
        F.pad(x, (total // 2, total - total // 2)), net.a.weight, net.a.bias, stride=2
    )
    assert torch.equal(net(x)["a"], expected)


X = torch.linspace(-9, 9, 48, dtype=torch.double).view(1, 3, 4, 4)
PLAIN = {
    "leaky_relu": (Layer("a", "leaky_relu", slope=0.1), F.leaky_relu(X, 0.1)),
    "relu6": (Layer("a", "relu6"), F.relu6(X)),
    "tanh": (Layer("a", "tanh"), X.tanh()),
    "sigmoid": (Layer("a", "sigmoid"), X.sigmoid()),
    "softmax": (Layer("a", "softmax"), X.softmax(1)),
    "slice": (Layer("a", "slice", channels=2, offset=1), X[:, 1:3]),
    "upsample": (
        Layer("a", "upsample", stride=(2, 3)),
        X.repeat_interleave(2, 2).repeat_interleave(3, 3),
    ),
    "flatten": (Layer("a", "flatten"), X.view(1, 48)),
    "concat": (Layer("a", "concat", ("input", "input")), torch.cat([X, X], 1)),
    "add": (Layer("a", "add", ("input", "input", "input")), 3 * X),
    "adaptive": (Layer("a", "adaptive_avg_pool", size=3), F.adaptive_avg_pool2d(X, 3)),
    "max_pool": (
        Layer("a", "max_pool", kernel=2, padding=((1, 0), (0, 1))),
        -F.pad(-X, (0, 1, 1, 0), mode="replicate").unfold(2, 2, 1).unfold(3, 2, 1).amin((4, 5)),
    ),
    "avg_pool": (
        Layer("a", "avg_pool", kernel=(1, 2), padding=((0, 0), (0, 1))),
        F.pad(X, (0, 1)).unfold(3, 2, 1).mean(4),
    ),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_a_layer_without_numbers_does_what_its_name_says(kind):
    layer, expected = PLAIN[kind]
    assert torch.allclose(build(chain((3, 4, 4), layer))(X)["a"], expected)


SEEING = chain(
    (1, 24, 24),
    conv("a", 1, 3, padding=1),
    conv("b", 1, 3, padding=2, dilation=2),
    Layer("pool", "avg_pool", kernel=2, stride=2),
    conv("c", 1, 3, stride=2, padding="same"),
    Layer("up", "upsample", stride=2),
    Layer("both", "concat", ("up", "pool")),
    conv("d", 1, 1),
    Layer("uneven", "adaptive_avg_pool", size=5),
)


@pytest.mark.parametrize("layer", [layer.name for layer in SEEING.layers])
def test_the_receptive_window_is_the_support_of_the_gradient(layer):
    net = build(SEEING).double()
    for p in net.parameters():
        p.data.fill_(1.0)
    (_, *sizes) = shapes(SEEING)[layer]
    field = receptive_fields(SEEING)[layer][0]
    for i in range(sizes[0]):
        x = torch.rand(1, 1, 24, 24, dtype=torch.double, requires_grad=True)
        net(x, [layer])[layer][0, :, i, sizes[1] // 2].sum().backward()
        lit = [torch.nonzero(x.grad[0, 0].amax(1 - axis)) for axis in (0, 1)]
        found = tuple((int(cells.min()), int(cells.max())) for cells in lit)
        assert found == window(SEEING, layer, (i, sizes[1] // 2))
        first = field.start + i * field.jump
        assert first <= found[0][0]
        assert found[0][1] <= first + field.size - 1 or field.jump == 0
