"""Three walks through the real window, as its users would take them: ``python -m tests.walks``."""
