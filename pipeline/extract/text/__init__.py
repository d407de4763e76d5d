"""The main text of a page, chosen among several readers, and what is cut from it."""
