"""allauth's own names for those of its pages that we use (its code looks them up); all others do not exist."""

from django.urls import include, path

from tongban.foundation.ui.audience import public
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.capacity import in_any_name
from tongban.people.signin.views import (
    account,
    confirming,
    device,
    entering,
    factors,
    first,
    kept_form,
    levels,
    objecting,
    offers,
    pending_acts,
    registering,
    second,
)

OURS = [
    path("sign-in/code/", entering.ask_code, name="ask-code"),
    path("sign-in/code/check/", entering.check_code, name="check-code"),
    path("sign-in/device/", device.device, name="device"),
    path("register/", registering.register, name="register"),
    path("register/check/", registering.register_check, name="register-check"),
    path("forgotten/", registering.forgotten, name="forgotten"),
    path("forgotten/check/", registering.forgotten_check, name="forgotten-check"),
    path("account/password/", account.password, name="password"),
    path("account/phone/", account.phone, name="phone"),
    path("account/phone/check/", account.phone_check, name="phone-check"),
    path("account/close/", account.close, name="close"),
    path("account/first-password/", first.first_password, name="first-password"),
    path("account/offers/<uuid:offer_id>/", offers.offer, name="offer"),
    path("account/checks/<uuid:check_id>/objection/", objecting.signed_in, name="check-objection"),
    path("objection/", objecting.by_code, name="objection"),
    path("account/level/", levels.level, name="level"),
    path("confirm/kept/", pending_acts.pending_act, name="kept"),
    path("confirm/typed/", kept_form.kept_form, name="kept-form"),
]
urlpatterns = [
    path("sign-in/", entering.sign_in, name="account_login"),
    path("sign-out/", entering.sign_out, name="account_logout"),
    path("sign-in/second/", public(second.SecondFactorView.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", public(second.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("confirm/", confirming.confirm, name="account_reauthenticate"),
    path(
        "confirm/factor/",
        in_any_name(sign_in_required(confirming.ReauthenticateByFactor.as_view())),
        name="mfa_reauthenticate",
    ),
    path(
        "confirm/passkey/",
        in_any_name(sign_in_required(confirming.ReauthenticateByPasskey.as_view())),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/", account.home, name="mfa_index"),
    path("account/devices/", account.devices, name="usersessions_list"),
    path("account/totp/", factors.AddTotp.as_view(), name="mfa_activate_totp"),
    path("account/totp/off/", factors.RemoveTotp.as_view(), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/passkeys/<int:pk>/name/", factors.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("account/recovery-codes/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", factors.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("", include((OURS, "signin"))),
]
