"""Whole journeys on the running database, as proofs that a city can repeat."""
