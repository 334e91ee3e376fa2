"""Pages of work orders: the officers' list and acts, and what a citizen raised."""
