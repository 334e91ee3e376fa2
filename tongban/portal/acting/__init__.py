"""Mandates (授权管理): grant, answer, change and end them, and see what others did in one's name."""
