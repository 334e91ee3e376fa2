"""The address table, assembled from the addresses of all rooms."""

from django.urls import include, path, re_path

from tongban.foundation.rooms import installed
from tongban.foundation.ui.programs import INTERFACE
from tongban.people.api.interface import no_such_address
from tongban.site.api import api

PREFIX = INTERFACE.removeprefix("/")

urlpatterns = [
    path(f"{PREFIX}v1/", api.urls),
    re_path(rf"^{PREFIX}", no_such_address, name="api-unknown"),
]
urlpatterns += [path("", include(addresses)) for room in installed() if (addresses := room.part("urls"))]

handler400 = "tongban.foundation.ui.errorpages.bad_request"
handler403 = "tongban.foundation.ui.errorpages.forbidden"
handler404 = "tongban.foundation.ui.errorpages.not_found"
handler500 = "tongban.foundation.ui.errorpages.server_error"
