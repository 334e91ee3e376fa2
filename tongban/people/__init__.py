"""People and organisations: who acts, how they prove who they are, and what they ask of one another."""
