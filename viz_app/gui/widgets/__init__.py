"""Widgets that know numbers and colours, but no lab."""
