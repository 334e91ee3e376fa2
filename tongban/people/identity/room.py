from typing import ClassVar

from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.identity"
    label = "identity"
    places: ClassVar = {"acting-for": "identity:principal"}

    def connect(self) -> None:
        from tongban.foundation.ui.slots import viewer_port
        from tongban.people.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE
        from tongban.people.identity.viewer import viewer_of
        from tongban.trust.crypto import indexed

        viewer_port.offer(viewer_of)
        indexed.declare("identity.Subject", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("identity.Account", "phone_index", text="phone", purpose=PHONE_PURPOSE)
