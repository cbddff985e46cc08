"""The subcommands of ``viz-app``: each module adds its parser and runs; no Qt, no torch."""
