"""Collaborative supervision and rating (协同监管评价)."""
