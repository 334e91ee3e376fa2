from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind


class Room(rooms.Room):
    name = "tongban.portal.operations"
    label = "operation_pages"
    menu = (
        MenuEntry("运行情况", "operation_pages:state", order=61, city_posts=(PostKind.SYSTEM_ADMIN,)),
        MenuEntry("工作日历", "operation_pages:calendar", order=62, posts=(PostKind.SYSTEM_ADMIN,)),
    )
    audiences = {
        "operation_pages:state": Audience.POSTS,
        "operation_pages:detail": Audience.POSTS,
        "operation_pages:calendar": Audience.POSTS,
    }

    def connect(self) -> None:
        from tongban.people.identity.ports import administration
        from tongban.portal.operations.waiting import waiting

        administration.add("operation_pages", waiting)
