"""The demo's phone and the demo's document reader. Not found in production, or where the demo is switched off."""

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation import clock
from tongban.foundation.city import has_demo
from tongban.foundation.ui.addresses import is_own_address
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.signin import bridge, gateways, statements
from tongban.people.signin.forms import text
from tongban.people.signin.models import Message
from tongban.trust.ledger import keys

NEWEST = 50
"""The number of messages that the demo's phone shows."""


@public
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Show the newest messages that the demo's phone has received, the latest first."""
    if not gateways.is_demo():
        raise Http404
    received = Message.objects.filter(state=Message.States.SENT).order_by("-queued_at")[:NEWEST]
    return render(request, "demo/messages.html", {"received": received})


class DocumentForm(Form):
    """The document on the demo's reader."""

    number = text("证件上的公民身份号码", missing="请填写证件上的号码", most=18)
    name = text("证件上的姓名", missing="请填写证件上的姓名")
    nonce = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reader = forms.CharField(max_length=40, widget=forms.HiddenInput)
    back = forms.CharField(max_length=200, widget=forms.HiddenInput)


@public
@never_cache
@sensitive_post_parameters("number", "name")
@require_http_methods(["GET", "HEAD", "POST"])
def reader(request: HttpRequest) -> HttpResponse:
    """Play the reader and its bridge: sign the document with the simulator's registered key."""
    if not has_demo():
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    read = "number" in request.POST
    given = {name: asked.get(name, "") for name in ("nonce", "reader", "back")}
    form = DocumentForm(request.POST) if read else DocumentForm(initial=given)
    context = {"form": form, "given": given, "receipt": ""}
    if read and form.is_valid():
        said = {name: form.cleaned_data[name].strip() for name in ("reader", "nonce", "number", "name")}
        pair = keys.own_pair(settings.DATA_FOLDER / bridge.KEY)
        context["receipt"] = statements.make(pair, **said, at=clock.now())
        context["back"] = given["back"] if is_own_address(request, given["back"]) else ""
    return render(request, "demo/reader.html", context, status=422 if read and form.errors else 200)
