from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.generic.edit import FormView

class BaseReauthenticateView(FormView[BaseForm]):
    def _check_reauthentication_method_available(self, request: HttpRequest) -> HttpResponseBase | None: ...
    def form_valid(self, form: BaseForm) -> HttpResponse: ...
