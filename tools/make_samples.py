"""Make the sample photographs in resources/images/ from those in the scikit-image package.

python tools/make_samples.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import skimage
from PIL import Image

ORIGINALS = {
    "chelsea": "chelsea.png",
    "astronaut": "astronaut.png",
    "coffee": "coffee.png",
    "motorcycle": "motorcycle_left.png",
    "rocket": "rocket.jpg",
    "galaxies": "hubble_deep_field.jpg",
}
MAX_SIDE_PX, MAX_BYTES = 800, 150_000


def main() -> int:
    """Write each as the best JPEG that keeps below the limit."""
    home = Path(__file__).resolve().parent.parent / "resources" / "images"
    originals = Path(skimage.__file__).parent / "data"
    for name, original in ORIGINALS.items():
        image = Image.open(originals / original).convert("RGB")
        image.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.LANCZOS)
        path = home / f"{name}.jpg"
        for quality in range(96, 60, -1):
            image.save(path, quality=quality, subsampling="4:4:4")
            if path.stat().st_size <= MAX_BYTES:
                break
        print(f"{path.name}: {image.width} × {image.height}, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
