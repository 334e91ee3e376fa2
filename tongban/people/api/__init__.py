"""The basis of the programming interface: tokens, scopes, problems, idempotency, cursors, entity tags."""
