"""Signals of child processes in tests."""

import signal


def ending_signals_end() -> None:
    """Let a child be ended by Ctrl-C and by the end of its terminal; for `preexec_fn`.

    Where a shell has started the suite in the background or with nohup, these signals are ignored, and so they are in
    all its children.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
