"""Benchmarks: figures as JSON, each with its ratio to a bare limit measured in the same run. Nothing is asserted."""
