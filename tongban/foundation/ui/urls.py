from django.urls import path

from tongban.foundation.ui import views

urlpatterns = [path("design/", views.design, name="design")]
