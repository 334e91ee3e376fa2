from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.my"
    label = "my"
    menu = (
        MenuEntry(
            "我的",
            "my:applications",
            area=MenuArea.CITIZEN,
            matches_subpages=True,
            covers=("cases:*",),
            current_for_area=MenuArea.MY,
            order=50,
        ),
        MenuEntry("我的办件", "my:applications", area=MenuArea.MY, order=10),
        MenuEntry("谁用过我的数据", "my:data_uses", area=MenuArea.MY, matches_subpages=True, order=40),
    )
    footer = (
        FooterLink("我的办件", "my:applications", "我的", order=10),
        FooterLink("谁用过我的数据", "my:data_uses", "我的", order=40),
    )
    places = {"my": "my:applications", "application": "my:application"}
    audiences = {
        "my:applications": Audience.CITIZEN,
        "my:data_uses": Audience.CITIZEN,
        "my:objection": Audience.OWNER,
        "my:application": Audience.OWNER,
        "my:live": Audience.OWNER,
    }

    def connect(self) -> None:
        from tongban.people.workorders.kinds import register_kind
        from tongban.portal.my.objections import DATA_USE_OBJECTION

        register_kind(DATA_USE_OBJECTION)
