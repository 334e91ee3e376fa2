from django.urls import path

from tongban.trust.ledger.views import interface, public

app_name = "ledger"
urlpatterns = [
    path("ledger/", public.about, name="about"),
    path("ledger/entries/<uuid:entry_id>/", public.certificate, name="certificate"),
    path("ledger/head", interface.head, name="head"),
    path("ledger/key", interface.key, name="key"),
    path("ledger/witnesses", interface.witnesses, name="witnesses"),
    path("ledger/epochs", interface.epochs, name="epochs"),
    path("ledger/entries", interface.entries, name="entries"),
    path("ledger/proof/inclusion", interface.inclusion, name="inclusion"),
    path("ledger/proof/consistency", interface.consistency, name="consistency"),
    path("ledger/cosignatures", interface.cosignatures, name="cosignatures"),
]
