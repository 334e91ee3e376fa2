from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.home"
    label = "home"
    places = {"home": "home"}
    styles = ("home/home.css", "home/elder.css")
    menu = (MenuEntry("首页", "home", area=MenuArea.CITIZEN, order=10),)
    audiences = {
        "home": Audience.EVERYBODY,
    }

    def connect(self) -> None:
        from django.urls import reverse

        from tongban.foundation.ui.sitemap import sitemap

        sitemap.add("home", lambda: [reverse("home")])
