"""`bench submit`: what an application costs, and how many are applied for and decided in a second."""
