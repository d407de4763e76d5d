"""History from archives of the web, where a backfill is asked to read them instead of the sources."""
