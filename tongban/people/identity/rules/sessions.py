"""How long a session may be unused."""

from datetime import timedelta

IDLE_STAFF, IDLE_PUBLIC = timedelta(minutes=15), timedelta(minutes=30)
"""How long a session may be unused before it ends (GB/T 22239-2019 8.1.4.1)."""
