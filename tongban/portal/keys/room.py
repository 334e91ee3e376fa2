from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.organisation.rules import PostKind


class Room(rooms.Room):
    name = "tongban.portal.keys"
    label = "key_pages"
    places: ClassVar = {"certificate-chain": "keys:chain"}
    menu = (MenuEntry("密钥与证书", "keys:inventory", below=True, order=60, posts=(PostKind.SECURITY_ADMIN,)),)
