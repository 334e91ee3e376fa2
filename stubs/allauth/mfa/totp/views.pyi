from django.forms import BaseForm
from django.http import HttpResponse
from django.views.generic.edit import FormView

class ActivateTOTPView(FormView[BaseForm]):
    def form_valid(self, form: BaseForm) -> HttpResponse: ...

class DeactivateTOTPView(FormView[BaseForm]):
    def form_valid(self, form: BaseForm) -> HttpResponse: ...
