"""Ratings (好差评): one rating of a finished application, and one addition to it."""
