"""Accounts, subjects and appointments (账号、主体、任职): who acts, and in whose name."""
