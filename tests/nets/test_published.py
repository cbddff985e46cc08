from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch

from viz_app.core.architectures.published import CLASSIFIERS, TABLES, published_table
from viz_app.core.errors import WeightsError
from viz_app.core.layers import total_parameters
from viz_app.nets.build import Net
from viz_app.nets.loading import check_state
from viz_app.nets.published import PUBLISHED, load_published, torchvision_state

KEYS = Path(__file__).parents[1] / "data" / "torchvision_keys.txt"
TOTALS = {
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
    "vgg19": 143_667_240,
    "squeezenet1_0": 1_248_424,
    "googlenet": 6_624_904,
}


def shapes_of(name):
    """Keys and shapes of a torchvision network, without the batch norms' counters."""
    section = KEYS.read_text("utf-8").partition(f"[{name}]\n")[2].partition("[")[0]
    pairs = (line.split(" ", 1) for line in section.splitlines())
    return {key: tuple(map(int, sizes.split())) for key, sizes in pairs}


def made_state(name, **changed):
    """A state dict with torchvision's keys; ``changed`` gives another shape, None leaves out."""
    shapes = {k: s for k, s in (shapes_of(name) | changed).items() if s is not None}
    return {key: torch.ones(shape) for key, shape in shapes.items()}


def reader(state):
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return lambda _name, _file: buffer.getvalue()


@pytest.mark.parametrize("name", TOTALS)
def test_the_table_has_exactly_torchvisions_keys_and_shapes(name):
    network, state = published_table(name), {}
    for key, shape in shapes_of(name).items():
        state[key] = torch.ones(()).expand(shape)
    with torch.device("meta"):
        ours = {k: tuple(v.shape) for k, v in Net(network).state_dict().items()}
    theirs = {k: tuple(v.shape) for k, v in torchvision_state(network, state).items()}
    assert ours == theirs
    assert total_parameters(network) == TOTALS[name]


@pytest.mark.parametrize("has_counters", [True, False])
@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_0", "googlenet"])
def test_a_generated_file_of_those_keys_fills_its_network_and_it_runs(name, has_counters):
    state = made_state(name)
    if has_counters:
        norms = [key for key in state if key.endswith("running_var")]
        state |= {k.replace("running_var", "num_batches_tracked"): torch.tensor(7) for k in norms}
    net = load_published(name, reader(state))
    assert sum(p.numel() for p in net.parameters()) == TOTALS[name]
    assert not net.training
    (logits,) = net(torch.zeros(1, 3, 64, 64)).values()
    assert logits.shape == (1, 1000)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"layer2.0.downsample.0.weight": (128, 64, 3, 3)}, "is 128×64×3×3 but must be 128×64×1×1"),
        ({"layer1.1.bn2.bias": None}, "layer1.1.bn2.bias is missing"),
        ({"layer9.weight": (1,)}, "it has no 'layer9.weight'"),
    ],
)
def test_a_wrong_file_says_which_tensor_is_wrong(changed, complaint):
    with pytest.raises(WeightsError, match=complaint.replace(".", r"\.")):
        load_published("resnet18", reader(made_state("resnet18", **changed)))


def test_side_heads_in_the_checkpoint_are_left_out():
    assert "aux1.fc1.weight" in shapes_of("googlenet")
    net = load_published("googlenet", reader(made_state("googlenet")))
    assert not any(key.startswith("aux") for key in net.state_dict())


def test_kernels_saved_with_the_channels_last_are_taken_and_repeated_numbers_refused():
    network = published_table("squeezenet1_0")
    state = made_state("squeezenet1_0")
    kernel = torch.rand(state["features.0.weight"].shape)
    state["features.0.weight"] = kernel.contiguous(memory_format=torch.channels_last)
    found = check_state(network, torchvision_state(network, state))
    assert torch.equal(found["features.0.weight"], kernel)
    state["features.0.weight"] = torch.ones(1, 1, 1, 1).expand(kernel.shape)
    with pytest.raises(WeightsError, match="laid out plainly"):
        check_state(network, torchvision_state(network, state))


def test_an_unknown_network_is_answered_with_the_known_ones():
    with pytest.raises(WeightsError, match="choose one of vgg16, alexnet"):
        load_published("nobody", reader({}))


def test_what_is_said_to_classify_answers_with_the_logits_of_1000_classes():
    for name in CLASSIFIERS:
        last = published_table(name).layers[-1]
        assert last.kind in ("linear", "flatten")


@pytest.mark.weights
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_file_fills_its_network(published, name):
    net = load_published(name, published)
    network = TABLES[name]()
    assert sum(p.numel() for p in net.parameters()) == total_parameters(network)
    side = network.input_shape[1] if name.startswith("mtcnn") else 64
    answer = net(torch.full((1, 3, side, side), 0.5))
    assert all(tensor.isfinite().all() for tensor in answer.values())


@pytest.mark.weights
@pytest.mark.parametrize("name", ["vgg16", "yolov4_tiny", "mobilenet_v2", "mtcnn_rnet"])
def test_another_networks_file_is_refused(published, name):
    other = "yolov4_tiny" if name != "yolov4_tiny" else "mobilenet_v2"
    with pytest.raises(WeightsError):
        load_published(name, lambda _name, _file: published(other))


@pytest.mark.weights
def test_the_first_filters_of_vgg16_are_torchvisions(published):
    weight = load_published("vgg16", published).get_parameter("features.0.weight")
    # torchvision's vgg16-397923af.pth, features.0.weight[0, 0]
    expected = torch.tensor([[-0.5537, 0.1427, 0.5290], [-0.5831, 0.3566, 0.7657]])
    assert torch.allclose(weight[0, 0, :2], expected, atol=1e-4)
