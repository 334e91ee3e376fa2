"""The public pages of the ledger, and the interface for verifiers and witnesses."""
