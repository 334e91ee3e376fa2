from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.supervision.ratings"
    label = "ratings"

    def connect(self) -> None:
        from tongban.foundation.ui.slots import Card, cards
        from tongban.supervision.ratings.cards import invitation

        cards.add("ratings: my.application", Card("my.application", invitation))
