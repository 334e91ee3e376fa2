from django.urls import path

from tongban.exchange.licences import views

app_name = "licences"
urlpatterns = [
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/<uuid:licence_id>/", views.licence, name="licence"),
    path("wallet/<uuid:licence_id>/document.pdf", views.document_pdf, name="document"),
    path("wallet/<uuid:licence_id>/document.sig", views.document_signature, name="signature"),
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>/", views.verify, name="verify"),
    path("verify/<str:code>/issuer-key.pem", views.issuer_key, name="issuer_key"),
    path("verify/<str:code>/seal-certificate/", views.seal_certificate, name="seal_certificate"),
]
