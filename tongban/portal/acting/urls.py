from django.urls import path

from tongban.portal.acting.views import answering, giving, overview, window

app_name = "acting"
urlpatterns = [
    path("mandates/", overview.overview, name="overview"),
    path("mandates/new/", giving.give, name="give"),
    path("mandates/acts/", overview.acts, name="acts"),
    path("mandates/children/", answering.claim, name="claim"),
    path("mandates/<uuid:mandate_id>/scope/", giving.change, name="change"),
    path("mandates/<uuid:mandate_id>/end/", answering.end, name="end"),
    path("mandates/<uuid:mandate_id>/acceptance/", answering.accept, name="accept"),
    path("mandates/<uuid:mandate_id>/confirmation/", answering.confirm, name="confirm"),
    path("desk/window/mandates/", window.mandates, name="window"),
    path("desk/window/mandates/<uuid:mandate_id>/", window.answer, name="window-answer"),
]
