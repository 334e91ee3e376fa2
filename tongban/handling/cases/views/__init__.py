"""The applicant's pages: apply, answer a correction notice, withdraw."""
