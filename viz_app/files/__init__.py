"""Disk and network: images, weights, sessions, exports. Knows neither Qt nor torch."""
