"""Service items and bundles (事项、一件事): their versions, guides and search."""
