"""Notices: what is wrong with the archive's supply, what of it is news, and how it is said."""
