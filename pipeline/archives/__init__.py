"""Archives of the web: what WARC files and a Wayback Machine's index say, and whose pages are in them."""
