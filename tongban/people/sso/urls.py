from django.urls import path

from tongban.people.sso.views import authorize, desk, logout, mine, protocol, steps, upstream

app_name = "sso"
urlpatterns = [
    path(".well-known/openid-configuration", protocol.configuration, name="configuration"),
    path(".well-known/oauth-authorization-server", protocol.configuration, name="metadata"),
    path("sso/keys", protocol.keys, name="keys"),
    path("sso/authorize", authorize.authorize, name="authorize"),
    path("sso/consent", authorize.consent, name="consent"),
    path("sso/token", protocol.token, name="token"),
    path("sso/introspect", protocol.introspect, name="introspect"),
    path("sso/revoke", protocol.revoke, name="revoke"),
    path("sso/userinfo", protocol.userinfo, name="userinfo"),
    path("sso/logout", logout.logout, name="logout"),
    path("sso/logout/confirmed", logout.confirmed, name="logout-confirmed"),
    path("sign-in/national/", upstream.national, name="national"),
    path("sign-in/national/back/", upstream.national_back, name="national-back"),
    path("sign-in/network-id/", upstream.to_ctid, name="ctid"),
    path("sign-in/network-id/back/", upstream.ctid_back, name="ctid-back"),
    path("sign-in/network-id/first/", upstream.ctid_first, name="ctid-first"),
    path("my/systems/", mine.mine, name="mine"),
    path("my/systems/<uuid:system_id>/leave/", mine.leave, name="leave"),
    path("desk/systems/", desk.systems, name="systems"),
    path("desk/systems/new/", desk.register, name="register"),
    path("desk/systems/<uuid:system_id>/", desk.system, name="system"),
    path("desk/systems/<uuid:system_id>/edit/", desk.edit, name="edit"),
    path("desk/systems/<uuid:system_id>/submissions/", steps.submissions, name="submissions"),
    path("desk/systems/<uuid:system_id>/secrets/", steps.secrets, name="secrets"),
    path("desk/systems/<uuid:system_id>/secrets/<uuid:secret_id>/endings/", steps.endings, name="secret-endings"),
    *(path(f"desk/systems/<uuid:system_id>/{name}/", steps.step, {"name": name}, name=name) for name in steps.STEPS),
]
