from tongban.foundation import rooms
from tongban.foundation.ui.audience import EVERYBODY
from tongban.foundation.ui.shell import FooterLink


class Room(rooms.Room):
    name = "tongban.foundation.ui"
    label = "ui"
    doors = ("*",)
    styles = ("ui/css/design.css",)
    footer = (FooterLink("设计规范", "design", "工作人员", order=90),)
    audiences = {
        "design": EVERYBODY,
        "elder-on": EVERYBODY,
        "elder-off": EVERYBODY,
    }
