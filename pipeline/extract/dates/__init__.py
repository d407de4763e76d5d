"""Dates as they are written, and which of them is the one of publication."""
