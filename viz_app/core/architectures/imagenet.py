"""What the classifiers trained on ImageNet share."""

from __future__ import annotations

from viz_app.core.layers import Preprocessing

IMAGENET = Preprocessing(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
"""Statistics of the ImageNet photographs, on which torchvision trained all its classifiers."""
