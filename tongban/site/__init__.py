"""The settings, the address table, the demo city and its journeys: puts the house together."""
