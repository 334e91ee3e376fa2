"""Where the audit administrator reads the ledger; nobody else does, and nothing is changed here."""
