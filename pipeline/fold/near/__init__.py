"""Copies in one language."""
