"""Makes the README's pictures: ``python tools/make_shots.py docs/pictures`` (or ``make shots``).

Runs the tour in both themes and keeps its pictures; needs the standard networks.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Write NAME_light.png and NAME_dark.png of every lab into the folder given."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "viz_app", "tour", "--out", folder, "--theme", theme]
            ended = subprocess.run(command, check=False)
            if ended.returncode:
                return ended.returncode
            for picture in Path(folder).glob("*.png"):
                shutil.copyfile(picture, out / f"{picture.stem}_{theme}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
