"""Tests that walk through several rooms of the portal or of supervision, any of which can be left out.

The tests of a room use only what is there in any case, and the room itself (`tests/test_own_rooms.py`).
"""
