"""The public pages of the ledger, and the interface that verifiers and witnesses read."""
