"""Signals of child processes in tests."""

import signal


def ctrl_c_interrupts() -> None:
    """Let a child be interrupted by SIGINT; for `preexec_fn`.

    Where a shell has started the suite in the background, SIGINT is ignored, and so it is in all its children.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
