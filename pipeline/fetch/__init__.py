"""Fetch: the edges of the pipeline. The only modules of it that touch the web and the disk."""
