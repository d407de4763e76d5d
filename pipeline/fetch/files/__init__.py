"""Large files, here or elsewhere, read block by block."""
