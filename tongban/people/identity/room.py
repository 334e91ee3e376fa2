from tongban.foundation import rooms
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.people.identity"
    label = "identity"
    doors = (
        "actors",
        "access",
        "audiences",
        "capacity",
        "console",
        "policies",
        "policy",
        "purposes",
        "requests",
        "rules",
        "scope",
        "unmasking",
        "uses",
        "ports",
        "stepup",
    )
    is_pointed_at = True
    places = {"acting-for": "identity:principal"}
    audiences = {
        "identity:principal": Audience.CITIZEN,
    }

    def connect(self) -> None:
        from tongban.foundation.ui.slots import viewer_port
        from tongban.people.identity.actors import holds_keys
        from tongban.people.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE
        from tongban.people.identity.viewer import viewer_of
        from tongban.trust.crypto import indexed
        from tongban.trust.keys.ports import keeps_keys

        viewer_port.offer(viewer_of)
        keeps_keys.offer(holds_keys)
        indexed.declare("identity.Subject", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("identity.Account", "phone_index", text="phone", purpose=PHONE_PURPOSE)
