"""The sandbox: pages are read in processes that may be killed."""
