"""The limits of the examination, and how its parts report what they find."""

PASSIVE = "passive"
MEMORY = 1024 * 1024 * 1024
"""Maximum address space of the process in bytes."""
SECONDS = 8
"""Maximum processor time."""
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Maximum unpacked size of all streams together in bytes: enough for some colour scans at 600 dpi."""
MAX_OBJECT_STREAM_BYTES = 64 * 1024 * 1024
MAX_OBJECTS = 200_000
MAX_ENTRIES = 1_000_000
"""Maximum number of entries of all compressed cross-reference tables together."""
MAX_FILTERS = 2
"""Maximum number of decompression filters of one stream; real programs use two at most."""
MAX_SIDE = 40_000
"""Maximum width or height of a picture in pixels."""
MAX_COMMENTED = 100_000
"""Maximum number of places where a comment follows a number, as it might before `obj`."""
MAX_CHAINED = 20_000
"""Maximum number of automatic actions of the whole file, counted each time that they are reached."""
MAX_READ_BYTES = 8 * 1024 * 1024
"""Maximum size of all streams together that are read word by word."""


class UnfitPdf(Exception):
    """The file is unacceptable; the message is the verdict."""


class Allowance:
    """An amount of work that is used up. Counting keeps a hostile file from costing seconds."""

    def __init__(self, left: int, verdict: str = "too-complex") -> None:
        self.left, self.verdict = left, verdict

    def use(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left < 0:
            raise UnfitPdf(self.verdict)
