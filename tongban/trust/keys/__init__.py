"""Key and certificate management: who may create, rotate, retire, destroy or revoke them, recorded with a reason."""
