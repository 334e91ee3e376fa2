"""National cryptographic algorithms (国密): keys, encrypted fields, blind indexes, signatures and masking."""
