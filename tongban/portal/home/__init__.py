"""The first page: search, entrances, bundles, and what waits for you."""
