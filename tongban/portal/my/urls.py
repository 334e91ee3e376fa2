from django.urls import path

from tongban.portal.my import views

app_name = "my"
urlpatterns = [
    path("my/", views.applications, name="applications"),
    path("applications/<str:number>/", views.application, name="application"),
    path("applications/<str:number>/live/", views.live, name="live"),
]
