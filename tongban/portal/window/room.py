from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind


class Room(rooms.Room):
    name = "tongban.portal.window"
    label = "window"
    menu = (
        MenuEntry(
            "现场办理",
            "window:visit",
            covers=("window:end", "window:proof", "window:check"),
            order=15,
            posts=(PostKind.WINDOW,),
        ),
        MenuEntry(
            "身份复核", "window:confirmations", matches_subpages=True, order=16, posts=(PostKind.WINDOW, PostKind.HEAD)
        ),
    )
    places = {"visit": "window:visit", "visit-end": "window:end"}
    audiences = {
        "window:visit": Audience.CLERK,
        "window:end": Audience.OFFICER,
        "window:proof": Audience.VISITED,
        "window:check": Audience.DEPARTMENT,
        "window:confirmations": Audience.CLERK,
        "window:confirm": Audience.DEPARTMENT,
    }

    def connect(self) -> None:
        from tongban.people.workorders.kinds import register_kind
        from tongban.portal.window.alarms import IDENTITY_ALARM

        register_kind(IDENTITY_ALARM)
