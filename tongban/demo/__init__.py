"""The invented city of Yunzhou and journeys through it; not part of a production installation."""
