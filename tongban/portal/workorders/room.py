from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.workorders"
    label = "workorder_pages"
    menu = (
        MenuEntry("工单", "workorders:desk-orders", matches_subpages=True, order=17),
        MenuEntry("我的工单", "workorders:my-orders", area=MenuArea.MY, matches_subpages=True, order=50),
    )
    places = {"raise": "workorders:raise", "work-order": "workorders:my-order"}
    search_targets = (
        SearchTarget(
            "反映办不成的事",
            "workorders:raise",
            "投诉、投诉建议、投诉举报、举报、意见、建议、提意见、反映问题、办不成、办不了、没人管、"
            "态度差、不给办、告状、投诉窗口、投诉工作人员、意见箱",
            "投诉、意见和办不成的事，写下来有人答复，要登录",
            by_hotline=True,
        ),
        SearchTarget(
            "我的工单",
            "workorders:my-orders",
            "投诉进度、投诉结果、工单",
            "您反映的事处理到哪了，要登录",
        ),
    )
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
