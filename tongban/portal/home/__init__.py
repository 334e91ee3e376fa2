"""The home page: search, entrances, bundles, and what the reader has to do."""
