"""The address table: each room brings its own addresses."""

from importlib.util import find_spec

from django.urls import include, path

_ROOMS = [
    "tongban.portal.home",
    "tongban.foundation.ui",
    "tongban.foundation.identity",
    "tongban.foundation.operations",
    "tongban.handling.catalog",
    "tongban.handling.cases",
    "tongban.exchange.licences",
    "tongban.supervision.ratings",
    "tongban.portal.my",
    "tongban.portal.desk",
]
urlpatterns = [path("", include(f"{room}.urls")) for room in _ROOMS if find_spec(f"{room}.urls")]
