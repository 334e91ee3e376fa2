"""Backup and restore (备份与恢复): encrypted copies of database and files, keys kept apart, drills (恢复演练)."""

UNFINISHED = "RESTORE-UNFINISHED"
"""A file in a data folder whose restore did not finish; no platform starts there (see site.bootstrap)."""
