from django.urls import path

from tongban.portal.keys import views

app_name = "keys"
urlpatterns = [
    path("keys/", views.inventory, name="inventory"),
    path("keys/rotate/<slug:level>/", views.rotate, name="rotate"),
    path("keys/certificates/", views.certificates, name="certificates"),
    path("keys/certificates/<uuid:certificate_id>/", views.certificate, name="certificate"),
    path("keys/certificates/<uuid:certificate_id>.pem", views.chain, name="chain"),
    path("keys/certificates/<uuid:certificate_id>.crl", views.revoked, name="revoked"),
]
