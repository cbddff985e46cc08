"""Networks as torch modules, built from the layer tables in core."""
