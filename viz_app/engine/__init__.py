"""One worker thread that runs jobs. Knows neither Qt nor torch."""
