"""allauth's pages in our shell: each of its views that we use renders our own template."""

from typing import Any

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from tongban.foundation.ui.pages import render
from tongban.people.identity.requests import Request


class PortalPage:
    """Put before a view of allauth: our template, our context, never kept by a cache."""

    template_name = ""
    http_method_names = ["get", "head", "post", "options"]  # as View has it; a PUT would be a POST
    request: Request

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        context = {key: value for key, value in context.items() if key != "view"}
        form = context.get("form")
        wrong = self.request.method == "POST" and form is not None and form.errors
        return render(self.request, self.template_name, context, status=422 if wrong else 200)

    @method_decorator(never_cache)
    def dispatch(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
