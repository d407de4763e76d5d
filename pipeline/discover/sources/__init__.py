"""Sources themselves: their file, OPML, how they are followed, how far back, and where they moved."""
