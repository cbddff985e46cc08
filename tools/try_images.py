"""Put every file of a folder through the image door and tell what became of it.

    python tools/try_images.py FOLDER [--mib 600] [--seconds 5] [--list]

Ends with 1 if anything but an ImageError came out, or a file took more than the limits.
"""

from __future__ import annotations

import argparse
import collections
import resource
import sys
import time
from pathlib import Path

from viz_app.core.errors import ImageError
from viz_app.files.images import open_image


def main() -> int:
    """Open all, print the counts, the slowest file and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mib", type=float, default=600)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--list", action="store_true", help="print a line for each file")
    args = parser.parse_args()
    counts: collections.Counter[str] = collections.Counter()
    slowest = (0.0, "")
    for path in sorted(p for p in args.folder.rglob("*") if p.is_file()):
        began = time.perf_counter()
        try:
            picture = open_image(path)
            outcome = "opened"
            line = f"{picture.width} × {picture.height} {picture.note}"
        except ImageError as error:
            outcome, line = "refused", str(error)
        except Exception as error:  # noqa: BLE001  finding these is what the tool is for
            outcome, line = "UNCAUGHT", f"{path}: {error!r}"
        slowest = max(slowest, (time.perf_counter() - began, path.name))
        counts[outcome] += 1
        if args.list or outcome == "UNCAUGHT":
            print(f"{outcome:9}{path.name}: {line}")
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss counts bytes there
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"opened {counts['opened']}, refused {counts['refused']}, uncaught {counts['UNCAUGHT']}")
    print(f"slowest {slowest[0]:.2f} s ({slowest[1]}), peak memory {peak_mib:.0f} MiB")
    return int(bool(counts["UNCAUGHT"]) or peak_mib > args.mib or slowest[0] > args.seconds)


if __name__ == "__main__":
    sys.exit(main())
