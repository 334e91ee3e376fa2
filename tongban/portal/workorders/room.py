from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry


class Room(rooms.Room):
    name = "tongban.portal.workorders"
    label = "workorder_pages"
    menu = (
        MenuEntry("工单", "workorders:desk-orders", below=True, order=17),
        MenuEntry("我的工单", "workorders:my-orders", area=MenuArea.MY, below=True, order=50),
    )
    places: ClassVar = {"raise": "workorders:raise"}
    footer = (
        FooterLink("反映办不成的事", "workorders:raise", "办事", order=60),
        FooterLink("我的工单", "workorders:my-orders", "我的", order=50),
    )
