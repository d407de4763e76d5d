"""The words, names and numbers of a text, in any script."""
