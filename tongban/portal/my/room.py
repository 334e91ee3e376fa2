from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
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
    places = {"my": "my:applications", "application": "my:application", "data-uses": "my:data_uses"}
    search_targets = (
        SearchTarget(
            "我的办件",
            "my:applications",
            "办件查询、查办件、办件进度、办件进度查询、办理进度、查进度、进度查询、进度、办到哪了、"
            "我的申请、我的事办到哪了、事情办到哪了、申请记录、草稿、没办完的事、我的事项、查结果、"
            "办理结果",
            "办到哪一步、结果在哪，要登录",
        ),
        SearchTarget(
            "谁用过我的数据",
            "my:data_uses",
            "谁查过我、谁看过我的信息、数据使用记录、我的数据、个人信息被谁用了",
            "哪个部门什么时候为什么查过，要登录",
        ),
    )
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
