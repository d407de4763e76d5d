"""Copies in other languages: what a translation carries over, and what it weighs."""
