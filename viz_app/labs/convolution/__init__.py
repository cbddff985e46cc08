"""The convolution lab: scene, presenter, jobs and PyTorch program."""
