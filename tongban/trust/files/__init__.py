"""Uploaded files (文件): checked by content, stored encrypted by digest."""
