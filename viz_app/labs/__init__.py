"""One folder a lab: its scene, presenter, jobs and PyTorch snippet. No Qt."""
