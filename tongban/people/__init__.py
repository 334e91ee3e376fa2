"""Who acts, how they prove it, and what they ask of one another."""
