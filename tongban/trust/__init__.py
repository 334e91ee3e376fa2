"""What everything else may rely on: keys and seals, the ledger, files, backups."""
