"""National algorithms (国密) behind one interface, encrypted fields, blind index, masking."""
