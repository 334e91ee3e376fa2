"""Base libraries (基础库): persons, households, births, enterprises and shared records, and look-ups in them."""
