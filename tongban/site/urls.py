"""The address table: each room brings its own addresses."""

from importlib.util import find_spec

from django.urls import include, path, re_path

from tongban.people.api.interface import no_such_address
from tongban.site.api import api

ROOMS = [
    "tongban.portal.home",
    "tongban.foundation.ui",
    "tongban.trust.ledger",
    "tongban.people.identity",
    "tongban.trust.keys",
    "tongban.people.signin",
    "tongban.people.sso",
    "tongban.foundation.operations",
    "tongban.handling.catalog",
    "tongban.handling.cases",
    "tongban.exchange.licences",
    "tongban.supervision.ratings",
    "tongban.portal.my",
    "tongban.portal.desk",
    "tongban.portal.window",
    "tongban.portal.audit",
    "tongban.portal.staff",
    "tongban.portal.workorders",
    "tongban.portal.acting",
]
urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api/", no_such_address, name="api-unknown"),
]
urlpatterns += [path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")]

handler400 = "tongban.foundation.ui.errorpages.bad_request"
handler403 = "tongban.foundation.ui.errorpages.forbidden"
handler404 = "tongban.foundation.ui.errorpages.not_found"
handler500 = "tongban.foundation.ui.errorpages.server_error"
