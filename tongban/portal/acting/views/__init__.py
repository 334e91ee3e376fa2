"""The pages of mandates, by what one does with them."""
