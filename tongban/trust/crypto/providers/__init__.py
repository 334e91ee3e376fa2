"""Implementations of SM2 behind one interface. One is chosen at start by a known-answer test."""
