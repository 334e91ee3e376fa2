"""Compare the person before the camera with a document: by the city's face service, or the demo's."""
