"""The panel of the convolution lab."""
