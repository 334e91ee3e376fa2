"""Providers of SM2 behind one interface, chosen by a known-answer self-test at start."""
