"""The window: Qt and pyqtgraph."""
