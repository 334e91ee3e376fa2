from django.urls import path

from tongban.portal.window import views

app_name = "window"
urlpatterns = [
    path("desk/window/", views.visit, name="visit"),
    path("desk/window/end/", views.end, name="end"),
    path("desk/window/proof/", views.proof, name="proof"),
]
