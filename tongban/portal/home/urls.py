from django.urls import path

from tongban.portal.home import views

urlpatterns = [path("", views.home, name="home")]
