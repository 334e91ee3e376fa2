from django.urls import path

from tongban.portal.window.views import proofs, visits

app_name = "window"
urlpatterns = [
    path("desk/window/", visits.visit, name="visit"),
    path("desk/window/end/", visits.end, name="end"),
    path("desk/window/proof/", proofs.begin, name="proof"),
    path("desk/window/proof/<uuid:check_id>/", proofs.check, name="check"),
    path("desk/window/confirmations/", proofs.confirmations, name="confirmations"),
    path("desk/window/confirmations/<uuid:check_id>/", proofs.confirm, name="confirm"),
]
