"""The catalogue: service items and bundles as versioned data, with their guide pages and search."""
