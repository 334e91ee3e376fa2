from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.handling.catalog"
    label = "catalog"
    doors = ("asked", "carrying", "levels", "ports", "schema", "times", "vocabulary")
    menu = (
        MenuEntry("个人服务", "catalog:items", area=MenuArea.CITIZEN, query="serves=person", order=20),
        MenuEntry("企业服务", "catalog:items", area=MenuArea.CITIZEN, query="serves=organisation", order=30),
        MenuEntry("一件事", "catalog:bundles", area=MenuArea.CITIZEN, matches_subpages=True, order=40),
    )
    footer = (
        FooterLink("全部事项", "catalog:items", "办事", order=10),
        FooterLink("高效办成一件事", "catalog:bundles", "办事", order=20),
        FooterLink("搜索", "catalog:search", "办事", order=30),
    )
    places = {
        "items": "catalog:items",
        "bundles": "catalog:bundles",
        "search": "catalog:search",
    }
    styles = ("catalog/guide.css",)
    audiences = {
        "catalog:items": Audience.EVERYBODY,
        "catalog:item": Audience.EVERYBODY,
        "catalog:bundles": Audience.EVERYBODY,
        "catalog:bundle": Audience.EVERYBODY,
        "catalog:search": Audience.EVERYBODY,
        "catalog:suggestions": Audience.EVERYBODY,
    }

    def connect(self) -> None:
        from tongban.foundation.operations.preparing import Step, steps
        from tongban.foundation.ui.sitemap import sitemap
        from tongban.handling.catalog.preparing import load_shipped
        from tongban.handling.catalog.public import addresses
        from tongban.trust.crypto import indexed

        sitemap.add("catalog", addresses)
        steps.add("catalog", Step(load_shipped, order=50))
        indexed.declare("catalog.SearchQuery", "text_index", text="text", purpose="search-query")
