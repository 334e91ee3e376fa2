from tongban.foundation import rooms
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.supervision.ratings"
    label = "ratings"
    audiences = {
        "ratings:rate": Audience.OWNER,
    }

    def connect(self) -> None:
        from tongban.foundation.ui.slots import Card, cards
        from tongban.supervision.ratings.cards import invitation

        cards.add("ratings: my.application", Card("my.application", invitation))
