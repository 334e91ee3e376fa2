"""Uploaded files (文件): checked by content, scanned for malware, and stored encrypted under a keyed digest."""
