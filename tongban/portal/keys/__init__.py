"""The pages and the command by which the security administrator looks after keys and certificates."""
