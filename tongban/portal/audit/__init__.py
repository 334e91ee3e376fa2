"""Pages on which the audit administrator, and nobody else, reads the ledger. They change no records."""
