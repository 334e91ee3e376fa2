"""A bare Django view that returns given bytes, to measure the cost of the web server and Django alone."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

CONTENTS = {file.name: file.read_bytes() for file in Path(os.environ["TONGBAN_BENCH_PAGES"]).iterdir()}


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Return the bytes of a file in the folder TONGBAN_BENCH_PAGES."""
    return HttpResponse(CONTENTS[name])


urlpatterns = [path("<name>", page)]
django.setup()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []  # before the application is made, which reads it; the platform's guards would refuse the view
application = get_wsgi_application()
