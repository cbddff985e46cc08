"""Copy as PyTorch for the gradient and for Grad-CAM of a unit; self-contained, no viz_app."""

from __future__ import annotations

from viz_app.core.own import OwnNetwork
from viz_app.core.records import Picture
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import attribution_jobs as jobs
from viz_app.labs.activations.own_snippet import own_value_program
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.activations.snippet import activations_program

INSTEAD = (
    "# Of these methods the gradient and Grad-CAM of one unit have programs; this is the layer's."
)
_MARK = "maps = a[LAYER][0]"
_GRADIENT = """\
maps = a[LAYER][0]{flat}  # [C, H, W]
row, column = {row}, {column}
value = maps[CHANNEL, row, column]
{ask}
print(f"unit ({{row}}, {{column}}) of channel {{CHANNEL}} of {{LAYER}}: {{value:.4f}}")
print(f"sum {{heat.sum():.6g}}, largest {{heat.abs().max():.6g}}")
"""
_PIXELS = "(heat,) = torch.autograd.grad(value, image_in)  # [1, 3, H, W]"
_CAM = """\
(slope,) = torch.autograd.grad(value, a[{layer!r}])
weights = slope[0].mean((1, 2))  # one a map
heat = (weights[:, None, None] * a[{layer!r}][0]).sum(0).relu()  # [h, w]"""
_ROUNDED = "x = (x.clamp(0, 1) * 255).round() / 255"


def attribution_program(
    scene: ActivationsScene,
    picture: Picture | None,
    weights: WeightsStore,
    index: tuple[int, ...],
    input_shape: tuple[int, int] = (224, 224),
) -> str | None:
    """The program of the plain gradient or Grad-CAM of a unit; None for others."""
    if len(index) != 3 or scene.is_compared or scene.why_method not in ("gradient", "cam"):
        return None
    channel, row, column = index
    subject = jobs.Subject("", scene.net, scene.size, scene.asked, index)
    (question,) = jobs.questions_of(scene, subject)
    if isinstance(scene.net, OwnNetwork) and scene.net.traced is not None:
        unit = (channel, row, column)
        return own_value_program(scene.net, scene.asked, unit, picture, question.layer)
    ask = _CAM.format(layer=question.layer) if question.layer else _PIXELS
    program = activations_program(scene, picture, weights.folder, input_shape)
    head = program.partition(_MARK)[0]
    title = "the gradient of one unit" if ask is _PIXELS else "Grad-CAM of one unit"
    first, _, rest = head.partition("\n")
    first = f"{first.partition(':')[0]}: {title}."
    leaf = f"{_ROUNDED}\nimage_in = x.requires_grad_()\nx = image_in"
    rest = rest.replace(_ROUNDED, leaf, 1)
    flat = "[:, None, None]" if f"{_MARK}[" in program else ""
    ending = _GRADIENT.format(row=row, column=column, ask=ask, flat=flat)
    return f"{first}\n{rest}{ending}"
