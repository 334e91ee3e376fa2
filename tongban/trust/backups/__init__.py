"""Backup and restore (备份与恢复): sealed copies of database and files, keys apart, proved by drills (恢复演练)."""

UNFINISHED = "RESTORE-UNFINISHED"
"""In a data folder: a restore did not come to its end there, and no platform starts (see site.bootstrap)."""
