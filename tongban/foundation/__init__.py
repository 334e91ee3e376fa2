"""What every storey stands on: errors, clock, codes, pages, crypto, ledger, identity."""
