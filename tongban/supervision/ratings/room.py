from tongban.foundation import rooms
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.supervision.ratings"
    label = "ratings"
    audiences = {
        "ratings:rate": Audience.OWNER,
        "ratings:additions": Audience.OWNER,
    }

    def connect(self) -> None:
        from tongban.handling.cases.ports import on_application
        from tongban.supervision.ratings.cards import invitation

        on_application.add("ratings", invitation)
