"""The panel of the networks lab."""
