from django.urls import path

from tongban.handling.catalog import views

app_name = "catalog"
urlpatterns = [
    path("items/", views.items, name="items"),
    path("items/<slug:code>/", views.item, name="item"),
    path("bundles/", views.bundles, name="bundles"),
    path("bundles/<slug:key>/", views.bundle, name="bundle"),
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.suggestions, name="suggestions"),
]
