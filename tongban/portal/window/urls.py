from django.urls import path

from tongban.portal.window import checks, views

app_name = "window"
urlpatterns = [
    path("desk/window/", views.visit, name="visit"),
    path("desk/window/end/", views.end, name="end"),
    path("desk/window/proof/", checks.begin, name="proof"),
    path("desk/window/proof/<uuid:check_id>/", checks.check, name="check"),
    path("desk/window/confirmations/", checks.confirmations, name="confirmations"),
    path("desk/window/confirmations/<uuid:check_id>/", checks.confirm, name="confirm"),
]
