"""The catalogue: every service item and one-thing bundle as versioned data, and its guide pages."""
