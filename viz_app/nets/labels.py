"""Names of the classes that published networks tell apart, for what is done with them."""

from viz_app.files.labels import coco, imagenet

__all__ = ["coco", "imagenet"]
