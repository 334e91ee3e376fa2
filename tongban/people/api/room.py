from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.api"
    label = "api"
    doors = ("access", "guesses", "interface", "once", "pages", "scopes")

    def connect(self) -> None:
        from datetime import timedelta

        from tongban.people.api.access import own_token, token_kinds
        from tongban.trust.crypto import indexed

        token_kinds.add("api", own_token)
        indexed.declare_short_lived("api.IdempotencyKey", "request_digest", life=timedelta(days=2))
        indexed.declare_short_lived("api.AskedFor", "whose", life=timedelta(hours=2))
