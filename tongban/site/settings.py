"""The settings, all from the environment. A production start refuses missing secrets and says which."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tongban.foundation.networks import Network, networks_of
from tongban.site import production, rooms
from tongban.site.bootstrap import ROOT, data_folder, environment
from tongban.site.key_strength import refuse_weak_keys, replaces_weak_keys
from tongban.trust.files.scanner import scanner_at
from tongban.trust.files.stores.place import Unusable, place_of

PRODUCTION = environment() == "production"

if _sentence := production.refusal(os.environ, production=PRODUCTION):
    raise ImproperlyConfigured(_sentence)

refuse_weak_keys(os.environ)

VERSION = "0.1.0"
DATA_FOLDER = data_folder()
REPLACES_WEAK_KEYS = replaces_weak_keys(os.environ)
"""Whether this process replaces weak keys of an older version, and so takes them (docs/keys.md)."""
SECRET_KEY = os.environ["TONGBAN_SECRET_KEY"]
DATA_KEY = os.environ.get("TONGBAN_DATA_KEY", "")
"""The master key where no other is set, and the key of values that were sealed before there was a hierarchy."""
MASTER_KEY_FILE = os.environ.get("TONGBAN_MASTER_KEY_FILE", "")
MASTER_KEY = os.environ.get("TONGBAN_MASTER_KEY", "")
HSM_LIBRARY = os.environ.get("TONGBAN_HSM_LIBRARY", "")
HSM_KEY_INDEXES = [int(index) for index in os.environ.get("TONGBAN_HSM_KEY_INDEX", "1").split(",")]
KEY_OWNER = os.environ.get("TONGBAN_KEY_OWNER", "platform")
"""Who owns the keys of a purpose that KEY_OWNERS does not name: a department's credit code, or `platform`."""
_DEMO_OWNERS = "identity=11990100MB0T15487B,libraries=11990100MB0T15487B,licences=11990100MB0T113715"
_owners = os.environ.get("TONGBAN_KEY_OWNERS", "" if PRODUCTION else _DEMO_OWNERS)
KEY_OWNERS = dict(pair.strip().split("=", 1) for pair in _owners.split(",") if "=" in pair)
"""Purpose (the label of a room, e.g. `libraries`) to credit code. It counts from a key's next version on."""
KEY_DAYS = {"data": 365, "department": 730, "master": 1095, "index": 1095}
"""After so many days a key of the level is due for rotation."""
KEY_CACHE_SECONDS = 30
"""How long a process goes by what it read of the keys: so long a retired key may seal, a destroyed one open."""
INDEX_KEY = os.environ["TONGBAN_INDEX_KEY"]
"""Index key no. 1, until a migration has taken it into the hierarchy; afterwards only compared with its check value."""
SEAL_KEY = os.environ.get("TONGBAN_SEAL_KEY", "")
"""Only for private keys of seals from before they joined the hierarchy, until the next migration takes them in."""
DEBUG = False
"""Never: its error pages show what people typed."""
ALLOWED_HOSTS = (
    production.hosts(os.environ)
    if PRODUCTION
    else os.environ.get("TONGBAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
)
DEMO = os.environ.get("TONGBAN_DEMO", "no" if PRODUCTION else "yes") == "yes"
"""Whether the demo city, its journeys and the measurements are installed."""
DEMO_CASES = int(os.environ.get("TONGBAN_DEMO_CASES", "300"))
"""How many cases of history a demo city gets at its first start."""
PUBLIC_ADDRESS = os.environ.get("TONGBAN_ADDRESS", "http://localhost:8000")
"""The address that a QR code on a result leads to, without a slash at the end."""

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    *rooms.declared(extras=DEMO),
    "tongban.site",
]

MIDDLEWARE = [
    "tongban.foundation.ui.headers.SecurityHeaders",
    "tongban.foundation.operations.middleware.Traced",
    "tongban.foundation.operations.middleware.Probes",
    "tongban.foundation.ui.gate.Gate",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.people.api.middleware.ProblemDetails",
    "tongban.people.signin.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tongban.foundation.ui.middleware.ReadableForms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tongban.foundation.ui.middleware.ErrorPages",
    "tongban.people.identity.middleware.DefaultDeny",
    "tongban.people.identity.middleware.RecordRefusals",
    "tongban.people.signin.middleware.Watch",
]

ROOT_URLCONF = "tongban.site.urls"
WSGI_APPLICATION = "tongban.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "tongban.foundation.ui.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "tongban.people.identity.capacity.forms",
                "tongban.people.signin.kept.notice",
            ],
        },
    },
]


def _database(url: str) -> dict[str, Any]:
    """Django's form of a postgresql:// URL; a socket folder may stand in the host as %2Fpath."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must be a postgresql:// address; Tongban runs on PostgreSQL only.")
    host = parts.netloc.rpartition("@")[2]
    if parts.port:
        host = host.rpartition(":")[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
    }


DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        **_database(os.environ["DATABASE_URL"]),
        "CONN_HEALTH_CHECKS": True,  # else each connection that a restart of the database cut fails one request more
        "OPTIONS": {"pool": {"min_size": 0, "max_size": int(os.environ.get("TONGBAN_POOL", "10")), "timeout": 5.0}},
    },
}
APPLICATION_ROLE = "tongban_app"
OPERATIONS_TOKEN = os.environ.get("TONGBAN_OPERATIONS_TOKEN", "")
"""Who sends it as a bearer token reads the detail of readiness without signing in; empty: nobody does."""
INSTANCE = os.environ.get("TONGBAN_INSTANCE", "")
"""Which start of `bin/run` this process belongs to."""
FREE_SPACE = int(os.environ.get("TONGBAN_FREE_SPACE", "512")) * 1024 * 1024
"""With less room than so many bytes where files go, the platform is not ready."""
TEST_RUNNER = "django.test.runner.DiscoverRunner"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # beyond Django's 300, counts of throttles and used codes are thrown out
    }
}
AUTH_USER_MODEL = "identity.Account"
CSRF_FAILURE_VIEW = "tongban.foundation.ui.errorpages.csrf_failure"
PASSWORD_HASHERS = [
    "tongban.trust.crypto.hashers.PBKDF2SM3PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_ITERATIONS = max(100_000, int(os.environ.get("TONGBAN_PASSWORD_ITERATIONS", "500000")))
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["tongban.people.signin.backends.AccountBackend"]
SECOND_FACTOR_REQUIRED = PRODUCTION or os.environ.get("TONGBAN_SECOND_FACTOR", "") == "required"
"""Whether officers must have a second factor, and everybody uses one for what needs it."""
SMS_GATEWAY_URL = os.environ.get("TONGBAN_SMS_URL", "")
SMS_GATEWAY_TOKEN = os.environ.get("TONGBAN_SMS_TOKEN", "")
CARRIER_URL = os.environ.get("TONGBAN_CARRIER_URL", "")
CARRIER_TOKEN = os.environ.get("TONGBAN_CARRIER_TOKEN", "")


def _networks(name: str, example: str) -> list[Network]:
    try:
        return networks_of(os.environ.get(name, ""))
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name}: {problem}; write e.g. {example}.") from None


INTERNAL_NETWORKS = _networks("TONGBAN_INTERNAL_NETWORKS", "10.20.0.0/16,fd00:20::/32")
"""Networks of the city's own, where systems of departments may be called that other departments registered."""
CITY_CODE = os.environ.get("TONGBAN_CITY_CODE", "990100")
"""The division of the city, where a person belongs of whom nothing else is known yet."""
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TONGBAN_PROXIES", "1" if PRODUCTION else "0"))
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT
"""So that nobody gets another allowance of the interface by another X-Forwarded-For."""
HALL_NETWORKS = _networks("TONGBAN_HALL_NETWORKS", "198.51.100.0/24")
"""Networks (CIDR) of service halls: so many people share an address there that it may fail more often."""
ACCOUNT_ADAPTER = "tongban.people.signin.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # ours count in one table, by account and by address
MFA_ADAPTER = "tongban.people.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "云州市政务服务"
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = False
USERSESSIONS_ADAPTER = "tongban.people.signin.adapters.UserSessionsAdapter"
SESSION_ENGINE = "tongban.people.signin.sessions"
OIDC_KEY_FILES = os.environ["TONGBAN_OIDC_KEYS"].split(",")
"""PEM files with RSA keys that sign for our OpenID provider: the first signs, all are published."""
NATIONAL_OIDC_ISSUER = os.environ.get("TONGBAN_NATIONAL_OIDC_ISSUER", "")
"""The national platform as an OpenID provider; empty: that way of signing in is not offered. So with `CTID_URL`."""
SOCIALACCOUNT_ADAPTER = "tongban.people.sso.upstream.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "national": {
        "APP": {
            "provider_id": "national",
            "name": "国家政务服务平台",
            "client_id": os.environ.get("TONGBAN_NATIONAL_OIDC_CLIENT", ""),
            "secret": os.environ.get("TONGBAN_NATIONAL_OIDC_SECRET", ""),
            "settings": {"server_url": NATIONAL_OIDC_ISSUER},
        }
    }
}
CTID_URL = os.environ.get("TONGBAN_CTID_URL", "")
CTID_APP = os.environ.get("TONGBAN_CTID_APP", "")
CTID_SECRET = os.environ.get("TONGBAN_CTID_SECRET", "")
IDP_OIDC_ADAPTER = "tongban.people.sso.openid.adapter.Adapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 30 * 60
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 8 * 3600
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 5 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:  # no other host of the city, and nobody without TLS, can set a cookie of such a name
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
"""In the session, which is sealed: a message may name a person."""
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_SSL_REDIRECT = PRODUCTION
"""Probes are answered before it, so a load balancer may ask them without TLS."""
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
"""HSTS of subdomains and the browsers' preload list: names below the portal's may belong to others of the city."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
STATICFILES_DIRS = [("npm", ROOT / "var" / "npm-dist")] if (ROOT / "var" / "npm-dist").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FACE_SERVICE_URL = os.environ.get("TONGBAN_FACE_SERVICE_URL", "")
FACE_SERVICE_TOKEN = os.environ.get("TONGBAN_FACE_SERVICE_TOKEN", "")
FILE_FOLDER = DATA_FOLDER / "files"
"""The local store, and where contents on their way to another store are sealed."""
try:
    FILE_STORE = place_of(os.environ)
except Unusable as problem:
    raise ImproperlyConfigured(str(problem)) from None
try:
    FILE_SCANNER = scanner_at(os.environ.get("TONGBAN_CLAMD", ""))
except ValueError as problem:
    raise ImproperlyConfigured(str(problem)) from None
FILES_WITHOUT_SCAN = os.environ.get("TONGBAN_CLAMD_UNREACHABLE", "refuse") == "accept"
"""Whether files are taken in while the scanner that is set up does not answer."""
BACKUP_TO = os.environ.get("TONGBAN_BACKUP_TO", "")
"""Folder of the backups, best on another machine's disk; empty: none are made by themselves. docs/backup.md."""
BACKUP_ESCROW = os.environ.get("TONGBAN_BACKUP_ESCROW", "")
"""PEM file with the public key that backups are sealed for."""
BACKUP_KEEP = int(os.environ.get("TONGBAN_BACKUP_KEEP", "14"))
BACKUP_CRON = os.environ.get("TONGBAN_BACKUP_CRON", "30 17 * * *")
BACKUP_DRILL_CRON = os.environ.get("TONGBAN_BACKUP_DRILL_CRON", "30 19 * * 6")
"""UTC: each night at 01:30 of the city, each Sunday at 03:30."""
BACKUP_HOURS = int(os.environ.get("TONGBAN_BACKUP_HOURS", "36"))
BACKUP_DRILL_DAYS = int(os.environ.get("TONGBAN_BACKUP_DRILL_DAYS", "10"))
"""After so long without a backup, or without a drill that went well, an operator is told."""
BACKUP_SCRATCH = os.environ.get("TONGBAN_BACKUP_SCRATCH", str(DATA_FOLDER / "drill"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["tongban.trust.files.uploads.SealedUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"discreet": {"()": "tongban.foundation.operations.logs.Discreet"}},
    "handlers": {
        "console": {
            "class": "tongban.foundation.operations.logs.Console",
            "formatter": "plain",
            "filters": ["discreet"],
        },
    },
    "root": {"handlers": ["console"], "level": os.environ.get("TONGBAN_LOG_LEVEL", "WARNING")},
    # Django's own handlers would write its records a second time, past our filters.
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
