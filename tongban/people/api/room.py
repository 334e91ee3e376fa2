from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.api"
    label = "api"

    def connect(self) -> None:
        from datetime import timedelta

        from tongban.trust.crypto import indexed

        indexed.declare_passing("api.IdempotencyKey", "request_digest", life=timedelta(days=2))
        indexed.declare_passing("api.AskedFor", "whose", life=timedelta(minutes=2))
