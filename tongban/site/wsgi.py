"""The entrance for the web server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from tongban.site import starting


def _started() -> WSGIHandler:
    handler = get_wsgi_application()
    starting.check_keys("web")
    starting.hand_back()
    return handler


application = starting.in_one_sentence(_started)
