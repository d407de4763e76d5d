"""What else names articles: sitemaps, WordPress sites, listing pages, JSONL; bytes in, a reading out."""
