from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuArea, MenuEntry


class Room(rooms.Room):
    name = "tongban.portal.home"
    label = "home"
    places: ClassVar = {"home": "home"}
    menu = (MenuEntry("首页", "home", area=MenuArea.CITIZEN, order=10),)
