"""The pages for mandates, grouped by task."""
