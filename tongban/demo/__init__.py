"""The invented city of Yunzhou and the journeys through it; not part of a production install."""
