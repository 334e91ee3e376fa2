from tongban.foundation import rooms
from tongban.foundation.ui.audience import EVERYBODY
from tongban.foundation.ui.targets import SearchTarget


class Room(rooms.Room):
    name = "tongban.foundation.ui"
    label = "ui"
    doors = ("*",)
    styles = ("ui/css/design.css",)
    search_targets = (
        SearchTarget(
            "长者版",
            "elder-on",
            "老年版、老人版、大字版、大字、字太小、关怀版、适老化",
            "大字、大按钮",
        ),
    )
    audiences = {
        "design": EVERYBODY,
        "elder-on": EVERYBODY,
        "elder-off": EVERYBODY,
    }
