from django.urls import path

from tongban.portal.my import data_uses, views

app_name = "my"
urlpatterns = [
    path("my/", views.applications, name="applications"),
    path("my/data-uses/", data_uses.uses, name="data_uses"),
    path("my/data-uses/<uuid:use_id>/objection/", data_uses.objection, name="objection"),
    path("applications/<str:number>/", views.application, name="application"),
    path("applications/<str:number>/live/", views.live, name="live"),
]
