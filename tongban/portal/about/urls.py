from django.urls import path

from tongban.portal.about import views

app_name = "about"
urlpatterns = [
    path("help/", views.page, {"name": "help"}, name="help"),
    path("en/help/", views.page, {"name": "help", "language": "en"}, name="help-en"),
    path("privacy/", views.page, {"name": "privacy"}, name="privacy"),
    path("en/privacy/", views.page, {"name": "privacy", "language": "en"}, name="privacy-en"),
    path("accessibility/", views.page, {"name": "accessibility"}, name="accessibility"),
    path("en/accessibility/", views.page, {"name": "accessibility", "language": "en"}, name="accessibility-en"),
    path("halls/", views.halls, name="halls"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", views.sitemap_part, name="sitemap-part"),
    path(".well-known/security.txt", views.security, name="security"),
]
