from django.urls import path

from tongban.portal.operations import calendar, views

app_name = "operation_pages"
urlpatterns = [
    path("readyz/detail", views.detail, name="detail"),
    path("desk/operations/", views.state, name="state"),
    path("desk/calendar/", calendar.calendar, name="calendar"),
]
