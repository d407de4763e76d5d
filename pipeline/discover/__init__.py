"""Discover: what sources are there, and what does each say about its articles."""
