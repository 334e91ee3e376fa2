"""A bare Django view that returns given bytes, to measure the cost of the web server and Django alone."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

CONTENT = Path(os.environ.get("TONGBAN_BENCH_PAGE", os.devnull)).read_bytes()


def page(request: HttpRequest) -> HttpResponse:
    """Return the bytes of the file TONGBAN_BENCH_PAGE."""
    return HttpResponse(CONTENT)


urlpatterns = [path("", page)]
django.setup()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []  # before the application is made, which reads it; the platform's guards would refuse the view
application = get_wsgi_application()
