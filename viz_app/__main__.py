"""``python -m viz_app`` is ``viz-app``."""

import sys

from viz_app.cli import main

sys.exit(main())
