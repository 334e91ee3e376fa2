"""Data sharing and exchange (数据共享交换)."""
