"""Continuous work that a room runs beside the queues, such as sequencing the ledger."""

import threading
from collections.abc import Callable

from tongban.foundation.registry import Registry

Companion = Callable[[threading.Event], None]
"""Runs in a thread of every worker until the event is set. It must coordinate with the same companion elsewhere."""
companions: Registry[Companion] = Registry("companions of the worker")
"""Each runs in every worker process, beside the jobs."""
