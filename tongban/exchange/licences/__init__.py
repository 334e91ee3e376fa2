"""Electronic licences and documents (电子证照): records, seals, PDF, wallet, verification."""
