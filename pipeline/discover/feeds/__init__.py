"""Feeds: RSS, RDF, Atom and JSON Feed, bytes in, items out."""
