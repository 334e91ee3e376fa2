"""Base libraries (基础库): persons, households, births, enterprises, and look-ups in them."""
