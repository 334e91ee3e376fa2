from django.urls import path

from tongban.foundation.ui import views

urlpatterns = [
    path("design/", views.design, name="design"),
    path("elder/", views.elder_on, name="elder-on"),
    path("elder/off/", views.elder_off, name="elder-off"),
]
