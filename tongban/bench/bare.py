"""A bare Django view that returns given bytes, to measure the cost of the web server and Django alone."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

CONTENT = Path(os.environ.get("TONGBAN_BENCH_PAGE", os.devnull)).read_bytes()


def page(request: HttpRequest) -> HttpResponse:
    """Return the bytes of the file TONGBAN_BENCH_PAGE."""
    return HttpResponse(CONTENT)


urlpatterns = [path("", page)]
application = get_wsgi_application()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
