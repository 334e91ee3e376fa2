from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind

OFFICERS = (PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD, PostKind.SUPERVISOR)
"""The kinds of posts that handle cases; the three administrators do not."""


CASE = (
    "desk:case",
    "desk:whole",
    "desk:acceptance",
    "desk:correction",
    "desk:opinion",
    "desk:decision",
    "desk:making",
    "desk:delivery",
)


class Room(rooms.Room):
    name = "tongban.portal.desk"
    label = "desk"
    menu = (
        MenuEntry("我的待办", "desk:to_do", covers=CASE, order=10, posts=OFFICERS),
        MenuEntry("我办过的", "desk:done", order=20, posts=OFFICERS),
    )
    footer = (FooterLink("办件台", "desk:to_do", "工作人员", order=10),)
    places = {"desk": "desk:to_do"}
    styles = ("desk/desk.css",)
    audiences = {
        "desk:to_do": Audience.OFFICER,
        "desk:done": Audience.OFFICER,
        "desk:case": Audience.DEPARTMENT,
        "desk:file": Audience.DEPARTMENT,
        "desk:whole": Audience.DEPARTMENT,
        "desk:acceptance": Audience.DEPARTMENT,
        "desk:correction": Audience.DEPARTMENT,
        "desk:opinion": Audience.DEPARTMENT,
        "desk:decision": Audience.DEPARTMENT,
        "desk:making": Audience.DEPARTMENT,
        "desk:delivery": Audience.DEPARTMENT,
    }
