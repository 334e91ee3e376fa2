from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import ADMINISTRATORS, PostKind


class Room(rooms.Room):
    name = "tongban.portal.staff"
    label = "staff"
    menu = (
        MenuEntry(
            "人员管理",
            "staff:departments",
            matches_subpages=True,
            order=60,
            posts=(PostKind.HEAD, PostKind.SYSTEM_ADMIN),
        ),
        MenuEntry("授权规则", "staff:policies", order=61, posts=ADMINISTRATORS),
    )
    audiences = {
        "staff:departments": Audience.POSTS,
        "staff:policies": Audience.POSTS,
        "staff:department": Audience.POSTS,
        "staff:rename": Audience.POSTS,
        "staff:post": Audience.POSTS,
        "staff:appoint": Audience.POSTS,
        "staff:reissue": Audience.POSTS,
        "staff:withdraw": Audience.POSTS,
        "staff:leaving": Audience.POSTS,
    }

    def connect(self) -> None:
        from tongban.people.identity.ports import administration
        from tongban.portal.staff.waiting import waiting

        administration.add("staff", waiting)
