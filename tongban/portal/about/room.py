from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
from tongban.people.identity.audiences import Audience

PAGES = ("help", "privacy", "accessibility")


class Room(rooms.Room):
    name = "tongban.portal.about"
    label = "about"
    places = {"help": "about:help", "halls": "about:halls"}
    menu = (MenuEntry("办事大厅", "about:halls", area=MenuArea.CITIZEN, order=45),)
    footer = (
        FooterLink("帮助", "about:help", "关于", order=10),
        FooterLink("办事大厅和窗口", "about:halls", "关于", order=20),
        FooterLink("隐私政策", "about:privacy", "关于", order=30),
        FooterLink("无障碍声明", "about:accessibility", "关于", order=40),
        FooterLink("English", "about:help-en", "关于", order=50),
    )
    styles = ("about/about.css",)
    search_targets = (
        SearchTarget(
            "帮助",
            "about:help",
            "使用帮助、使用说明、客服、人工客服、人工、热线、12345、打电话、电话、新手、常见问题、不会用",
            "登录、忘记密码、手机丢了、不会用手机怎么办",
            by_hotline=True,
        ),
        SearchTarget(
            "手机丢了、账号被别人用了",
            "about:help",
            "手机丢了、账号被盗、账号被别人用了、号被盗、停用账号、手机号换了",
            "手机丢了、账号被别人用了怎么办",
            fragment="lost-phone",
        ),
        SearchTarget(
            "评价、差评和投诉",
            "about:help",
            "差评、评价、好评、好差评、评价窗口、满意度",
            "办结后怎样评价，不满意怎样反映",
            fragment="rating",
        ),
        SearchTarget(
            "办事大厅和窗口",
            "about:halls",
            "办事大厅、政务大厅、政务服务中心、行政服务中心、服务大厅、办证大厅、窗口、便民服务中心、"
            "大厅地址、办事大厅几点上班、几点上班、几点下班、上班时间、周末上班吗、窗口电话",
            "在哪里、几点上班、电话多少",
        ),
        SearchTarget(
            "隐私政策",
            "about:privacy",
            "隐私、个人信息保护、个人信息、信息安全",
            "处理哪些个人信息，您有哪些权利",
        ),
        SearchTarget(
            "无障碍声明",
            "about:accessibility",
            "无障碍、盲人、读屏、视障",
            "做到了什么，遇到障碍怎么办",
        ),
        SearchTarget(
            "English",
            "about:help-en",
            "英文、英语、英文版、英文帮助",
            "Help in English",
        ),
    )
    audiences = {
        **{f"about:{page}": Audience.EVERYBODY for page in PAGES},
        **{f"about:{page}-en": Audience.EVERYBODY for page in PAGES},
        "about:halls": Audience.EVERYBODY,
        "about:robots": Audience.EVERYBODY,
        "about:sitemap": Audience.EVERYBODY,
        "about:sitemap-part": Audience.EVERYBODY,
        "about:security": Audience.EVERYBODY,
    }

    def connect(self) -> None:
        from django.urls import reverse

        from tongban.foundation.ui.sitemap import sitemap

        names = [*PAGES, *(f"{page}-en" for page in PAGES), "halls"]
        sitemap.add("about", lambda: [reverse(f"about:{name}") for name in names])
