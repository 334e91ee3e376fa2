"""Work without end that a room wants done beside the queues, e.g. sequencing the ledger."""

import threading
from collections.abc import Callable

from tongban.foundation.registry import Registry

Companion = Callable[[threading.Event], None]
"""Runs in a thread of every worker until the event is set. Where several workers run, it agrees with the others."""
companions: Registry[Companion] = Registry("companions of the worker")
