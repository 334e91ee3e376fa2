from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry


class Room(rooms.Room):
    name = "tongban.portal.acting"
    label = "acting"
    places: ClassVar = {"mandate": "acting:give", "mandates-at-window": "acting:window"}
    covered: ClassVar = {"acting:window*": "visit"}
    menu = (MenuEntry("授权管理", "acting:overview", area=MenuArea.MY, below=True, order=30),)
    footer = (FooterLink("授权管理", "acting:overview", "我的", order=30),)
