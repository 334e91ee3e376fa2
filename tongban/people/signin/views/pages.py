"""allauth's views in our page shell: each one that we use renders our own template."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from tongban.foundation.ui.pages import render


class PortalPage(View):
    """A base to put before a view of allauth: renders our template with our context, and is never cached."""

    template_name = ""
    http_method_names: Sequence[str] = ["get", "head", "post", "options"]  # allauth would treat a PUT as a POST

    def render_to_response(self, context: dict[str, object], **_: object) -> HttpResponse:
        context = {key: value for key, value in context.items() if key != "view"}
        form = context.get("form")
        wrong = self.request.method == "POST" and bool(getattr(form, "errors", None))
        return render(self.request, self.template_name, context, status=422 if wrong else 200)

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)
