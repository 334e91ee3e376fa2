"""The settings of signing in and of the services of others."""

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from tongban.site.environment.fields import Networks, Url, count, setting

URL = "an address that begins with https:// or http://"
NETWORKS = "networks with commas between, e.g. {}"
NONE = SecretStr("")


class SigningIn(BaseSettings):
    """Signing in, and the services of others"""

    password_iterations: int = count(
        "TONGBAN_PASSWORD_ITERATIONS", 500_000, "Rounds of PBKDF2-SM3 for a password; 100000 where it is less.", least=1
    )
    second_factor: Literal["", "required"] = setting(
        "TONGBAN_SECOND_FACTOR",
        "",
        "`required`: officers must have a second factor, as always in production.",
    )
    hall_networks: Networks = setting(
        "TONGBAN_HALL_NETWORKS",
        [],
        "Networks of service halls (CIDR, commas between), where many people share an address: it may fail 400 times"
        " instead of 20 before unknown browsers there need another way in than the password, and ask for more codes."
        " Its computers are never remembered as anybody's own device.",
        allowed=NETWORKS.format("198.51.100.0/24"),
        unset="none",
    )
    codes_of_address: int = count(
        "TONGBAN_CODES_OF_ADDRESS",
        1000,
        "Codes by SMS that unknown browsers at one address may ask for within 24 hours. A carrier's customers share an"
        " address; each phone and each browser has a limit of its own.",
        least=1,
    )
    codes_of_hall: int = count(
        "TONGBAN_CODES_OF_HALL", 20_000, "The same for an address in TONGBAN_HALL_NETWORKS.", least=1
    )
    codes_of_city: int = count(
        "TONGBAN_CODES_OF_CITY",
        5000,
        "Codes by SMS that all unknown browsers outside service halls together may ask for within an hour: the brake"
        " against fraud with paid messages. Somebody who changes their phone, signed in or at a window, is not subject"
        " to it, and their codes are not counted. Set it to about three times the busiest hour.",
        least=1,
    )
    internal_networks: Networks = setting(
        "TONGBAN_INTERNAL_NETWORKS",
        [],
        "Networks of the city's own, with commas between, where"
        " [registered systems](security.md#addresses-that-others-register) may be, besides the public internet.",
        allowed=NETWORKS.format("10.20.0.0/16,fd00:20::/32"),
        unset="none",
    )
    sms_url: Url = setting(
        "TONGBAN_SMS_URL",
        "",
        "Short-message gateway ([shape](../tongban/people/signin/gateways.py)).",
        allowed=URL,
        unset="the demo's phone; without the demo, and in production, nothing is sent",
        production="for SMS",
    )
    sms_token: SecretStr = setting("TONGBAN_SMS_TOKEN", NONE, "Its token.", production="for SMS")
    carrier_url: Url = setting(
        "TONGBAN_CARRIER_URL",
        "",
        "The carriers' three-factor check ([shape](../tongban/people/signin/carriers.py)).",
        allowed=URL,
    )
    carrier_token: SecretStr = setting("TONGBAN_CARRIER_TOKEN", NONE, "Its token.")
    face_service_url: Url = setting(
        "TONGBAN_FACE_SERVICE_URL",
        "",
        "The city's face service ([JSON](../tongban/people/faces/comparers.py)).",
        allowed=URL,
        unset="a demonstration; without the demo, and in production, windows instead",
    )
    face_service_token: SecretStr = setting("TONGBAN_FACE_SERVICE_TOKEN", NONE, "Its token.")
    national_oidc_issuer: Url = setting(
        "TONGBAN_NATIONAL_OIDC_ISSUER",
        "",
        "The national platform as an OpenID provider.",
        allowed=URL,
        unset="not offered",
    )
    national_oidc_client: str = setting("TONGBAN_NATIONAL_OIDC_CLIENT", "", "Our client identifier there.")
    national_oidc_secret: SecretStr = setting("TONGBAN_NATIONAL_OIDC_SECRET", NONE, "Our secret there.")
    ctid_url: Url = setting(
        "TONGBAN_CTID_URL",
        "",
        "The network-identity service ([shape](../tongban/people/sso/ctid.py)).",
        allowed=URL,
        unset="not offered",
    )
    ctid_app: str = setting("TONGBAN_CTID_APP", "", "Our application identifier there.")
    ctid_secret: SecretStr = setting("TONGBAN_CTID_SECRET", NONE, "Our secret there.")
