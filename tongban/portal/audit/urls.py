from django.urls import path

from tongban.portal.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.search, name="search"),
    path("audit/person/", views.person, name="person"),
    path("audit/export/", views.export, name="export"),
    path("audit/entries/<uuid:entry_id>/", views.entry, name="entry"),
]
