"""Whether the one before the camera is the one on a document: the city's face service, or the demo's own."""
