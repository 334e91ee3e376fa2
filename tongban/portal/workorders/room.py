from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.workorders"
    label = "workorder_pages"
    menu = (
        MenuEntry("工单", "workorders:desk-orders", matches_subpages=True, order=17),
        MenuEntry("我的工单", "workorders:my-orders", area=MenuArea.MY, matches_subpages=True, order=50),
    )
    places = {"raise": "workorders:raise"}
    styles = ("workorders/workorders.css",)
    footer = (
        FooterLink("反映办不成的事", "workorders:raise", "办事", order=60),
        FooterLink("我的工单", "workorders:my-orders", "我的", order=50),
    )
    audiences = {
        "workorders:desk-orders": Audience.OFFICER,
        "workorders:desk-order": Audience.DEPARTMENT,
        "workorders:assignments": Audience.DEPARTMENT,
        "workorders:transfers": Audience.DEPARTMENT,
        "workorders:desk-notes": Audience.DEPARTMENT,
        "workorders:answers": Audience.DEPARTMENT,
        "workorders:closures": Audience.DEPARTMENT,
        "workorders:my-orders": Audience.CITIZEN,
        "workorders:raise": Audience.CITIZEN,
        "workorders:my-order": Audience.OWNER,
        "workorders:my-notes": Audience.OWNER,
        "workorders:acceptances": Audience.OWNER,
        "workorders:returns": Audience.OWNER,
        "workorders:withdrawals": Audience.OWNER,
    }

    def connect(self) -> None:
        from tongban.people.identity.ports import administration
        from tongban.portal.workorders.waiting import waiting

        administration.add("workorder_pages", waiting)
