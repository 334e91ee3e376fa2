"""Complete journeys on the running database, which a city can run as an end-to-end check."""
