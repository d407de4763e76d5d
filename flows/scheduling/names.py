"""The names of our flows on the Prefect server. A module of its own, for importing Prefect takes seconds."""

FLOWS = ("ingest", "backfill", "backfill-archives", "reprocess", "maintain")
