from allauth.account.views import BaseReauthenticateView
from django.forms import BaseForm
from django.http import HttpResponse
from django.views.generic import TemplateView

class AuthenticateView(TemplateView):
    form_class: type[BaseForm]
    webauthn_form_class: type[BaseForm]
    def form_valid(self, form: BaseForm) -> HttpResponse: ...
    def form_invalid(self, form: BaseForm) -> HttpResponse: ...

class ReauthenticateView(BaseReauthenticateView): ...
