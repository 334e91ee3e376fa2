from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.acting"
    label = "acting"
    places = {"mandate": "acting:give", "mandates-at-window": "acting:window"}
    covered = {"acting:window*": "visit"}
    search_targets = (
        SearchTarget(
            "请人代办",
            "acting:give",
            "代办、帮代办、亲情代办、授权、授权代办、委托、让家人办",
            "授权家人或经办人，要登录",
        ),
        SearchTarget(
            "授权管理",
            "acting:overview",
            "我的授权、收回授权、经办人、取消授权",
            "给出的和收到的授权，要登录",
        ),
    )
    menu = (MenuEntry("授权管理", "acting:overview", area=MenuArea.MY, matches_subpages=True, order=30),)
    footer = (FooterLink("授权管理", "acting:overview", "我的", order=30),)
    audiences = {
        "acting:overview": Audience.CITIZEN,
        "acting:give": Audience.CITIZEN,
        "acting:acts": Audience.CITIZEN,
        "acting:claim": Audience.OWNER,
        "acting:change": Audience.OWNER,
        "acting:end": Audience.OWNER,
        "acting:accept": Audience.OWNER,
        "acting:confirm": Audience.OWNER,
        "acting:window": Audience.VISITED,
        "acting:window-answer": Audience.VISITED,
    }
