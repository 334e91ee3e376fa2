"""The WSGI application for the web server."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from tongban.foundation.operations import folder
from tongban.foundation.ui import lastresort, static_files
from tongban.site import starting
from tongban.site.bootstrap import data_folder
from tongban.site.processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
if (_parent := multiprocessing.parent_process()) is not None:  # a worker of the web server ends with its parent
    end_with_parent(signal.SIGKILL)
    if _parent.pid != os.getppid():
        os._exit(1)
folder.use(data_folder())

log = logging.getLogger("tongban.gate")


def _publish() -> None:
    """Bring the static files up to date; without room for them, the pages still work with what is there."""
    try:
        static_files.publish()
    except OSError as error:
        log.error("the static files could not be published: %s", type(error).__name__)


def _started() -> WSGIHandler:
    django.setup()
    _publish()
    handler = get_wsgi_application()
    starting.check_keys("web")
    starting.close_connections()
    return handler


_django = starting.exit_on_refusal(_started)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Call Django, and answer with the page of last resort if even its error handling fails."""
    try:
        return _django(environ, start_response)
    except Exception as error:
        log.error("500 a request that could not be read: %s", type(error).__name__)
        response = lastresort.page(500)
        start_response(f"500 {response.reason_phrase}", list(response.items()))
        return [response.content]
