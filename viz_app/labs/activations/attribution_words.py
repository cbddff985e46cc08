"""What each way of asking does, where it is known to mislead, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from viz_app.labs.activations.scene import Method


@dataclass(frozen=True, slots=True)
class Words:
    """A method's name, what it does, its known weakness; the sources stand in both sentences."""

    title: str
    does: str
    weakness: str


METHOD_WORDS: Mapping[Method, Words] = {
    "gradient": Words(
        "Gradient",
        "How much the value would rise if a pixel did: ∂value/∂pixel, by one backward pass "
        "(Simonyan, Vedaldi, Zisserman 2013).",
        "Noisy, and zero where the value is saturated although the pixel matters "
        "(Smilkov et al. 2017; Shrikumar et al. 2017).",
    ),
    "times": Words(
        "Gradient × input",
        "The gradient times how far the pixel is from the image that it is compared with: what "
        "the value would lose, were the network linear (Shrikumar et al. 2016).",
        "The network is not linear, so the numbers need not add up; where the pixel equals the "
        "image compared with, it gets nothing (Sundararajan et al. 2017).",
    ),
    "guided": Words(
        "Guided backprop",
        "The gradient, but each ReLU stops what is below zero on the way down, and what was "
        "shut on the way up (Springenberg et al. 2014).",
        "Shows edges of the image nearly whatever the weights above are: it recovers the picture "
        "more than the reason (Adebayo et al. 2018; Nie et al. 2018).",
    ),
    "deconv": Words(
        "Deconvolution",
        "The value goes back through the max pools' switches and the turned filters; each ReLU "
        "stops what is below zero on the way down (Zeiler and Fergus 2013).",
        "Ignores which ReLUs were shut, so without max pooling it hardly depends on the image "
        "(Springenberg et al. 2014; Nie et al. 2018).",
    ),
    "cam": Words(
        "Grad-CAM",
        "A layer's maps, each weighted by its mean gradient, added and cut off at zero "
        "(Selvaraju et al. 2017).",
        "As coarse as the layer; several objects of a class, or parts of one, can be missed "
        "(Chattopadhyay et al. 2018).",
    ),
    "integrated": Words(
        "Integrated gradients",
        "The gradients on the straight way from the image compared with to this one, averaged "
        "and multiplied by the way; they sum to the value's rise (Sundararajan et al. 2017).",
        "Depends on the image compared with: what has its colour gets nothing "
        "(Sturmfels, Lundberg, Lee 2020).",
    ),
    "occlusion": Words(
        "Occlusion",
        "How much of the value is lost where a square hides the image; nothing is "
        "differentiated (Zeiler and Fergus 2013).",
        "Depends on the square's size and colour: a hidden image is like none that the network "
        "was trained on (Hooker et al. 2019); two parts that stand in for each other are missed.",
    ),
}
