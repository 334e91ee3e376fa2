from tongban.foundation import rooms
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.operations"
    label = "operation_pages"
    audiences = {
        "operation_pages:detail": Audience.POSTS,
    }
