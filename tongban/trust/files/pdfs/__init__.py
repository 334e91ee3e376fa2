"""Examines the structure of untrusted PDF files, isolated from the rest of the platform."""
