"""Django's settings. Values that differ between deployments come from `site/environment`; the others are fixed here.

If the environment has wrong or missing values, the start is refused and the message names them.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tongban.site import production, rooms
from tongban.site.bootstrap import ROOT, data_folder
from tongban.site.key_strength import replaces_weak_keys
from tongban.trust.files.scanner import scanner_at
from tongban.trust.files.stores.place import InvalidStoreSetting, place_of

_env = production.usable_settings()

PRODUCTION = _env.is_production

VERSION = "0.1.0"
DATA_FOLDER = data_folder()
REPLACES_WEAK_KEYS = replaces_weak_keys(_env)
"""Whether this process replaces weak keys of an older version and therefore accepts them (docs/keys.md)."""
SECRET_KEY = _env.secret_key.get_secret_value()
DATA_KEY = _env.data_key.get_secret_value()
"""The master key if no other is set, and the key of values that were sealed before the key hierarchy existed."""
MASTER_KEY_FILE = _env.master_key_file
MASTER_KEY = _env.master_key.get_secret_value()
HSM_LIBRARY = _env.hsm_library
HSM_KEY_INDEXES = [int(index) for index in _env.hsm_key_index.split(",")]
KEY_OWNER = _env.key_owner
"""The owner of keys whose purpose is not in KEY_OWNERS: a department's credit code, or `platform`."""
KEY_OWNERS = _env.key_owners
"""Purpose (a room's label, e.g. `libraries`) to credit code of the owner. Applies from a key's next version on."""
KEY_DAYS = {"data": 365, "department": 730, "master": 1095, "index": 1095}
"""Days after which a key of each level is due for rotation."""
KEY_CACHE_SECONDS = 30
"""Seconds for which a process caches keys. Until then a retired key may still encrypt, and a destroyed one decrypt."""
INDEX_KEY = _env.index_key.get_secret_value()
"""Index key no. 1 until a migration moves it into the hierarchy; then it is only compared with its check value."""
SEAL_KEY = _env.seal_key.get_secret_value()
"""Only for private keys of seals outside the hierarchy, until the next migration moves them into it."""
DEBUG = False
"""Always off: Django's debug pages show what people typed."""
ALLOWED_HOSTS = production.hosts(_env) if PRODUCTION or _env.hosts is not None else ["localhost", "127.0.0.1", "[::1]"]
DEMO = _env.has_demo
"""Whether the demo city, its journeys and the benchmarks are installed."""
DEMO_CASES = _env.demo_cases
"""The number of past cases that a demo city gets at its first start."""
PUBLIC_ADDRESS = _env.address
"""The base of the addresses in QR codes on results, without a trailing slash."""

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
    "tongban.foundation.operations.middleware.TraceMiddleware",
    "tongban.foundation.operations.middleware.Probes",
    "tongban.foundation.ui.gate.Gate",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.foundation.ui.page_cache.PageCache",
    "tongban.people.api.middleware.ProblemDetails",
    "tongban.people.signin.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tongban.foundation.ui.middleware.MultipartTextCheck",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tongban.people.signin.sessions.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tongban.foundation.ui.middleware.ErrorPages",
    "tongban.people.identity.middleware.DefaultDeny",
    "tongban.people.identity.middleware.RecordRefusals",
    "tongban.people.signin.middleware.SessionGuard",
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
                "tongban.people.signin.pending_acts.notice",
            ],
        },
    },
]


def _database(url: str) -> dict[str, str]:
    """Convert a postgresql:// URL to Django's options. The host may be a percent-encoded socket folder (%2Fpath)."""
    parts = urlsplit(url)
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


DATABASE_OWNER_URL = (_env.database_owner_url or _env.database_url).get_secret_value()
DATABASES = {
    "default": {
        **_database(_env.database_url.get_secret_value()),
        "CONN_HEALTH_CHECKS": True,  # otherwise each connection cut by a database restart would fail one more request
        "OPTIONS": {"pool": {"min_size": 0, "max_size": _env.pool, "timeout": 5.0}},
    },
}
APPLICATION_ROLE = "tongban_app"
OPERATIONS_TOKEN = _env.operations_token.get_secret_value()
"""The bearer token that grants access to the readiness detail without signing in; empty if nobody has it."""
INSTANCE = _env.instance
"""The start of `bin/run` to which this process belongs."""
FREE_SPACE = _env.free_space * 1024 * 1024
"""Bytes that must be free in the file folder; with less, the platform is not ready."""
TEST_RUNNER = "django.test.runner.DiscoverRunner"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # with Django's default of 300, counters and used codes would be evicted
    },
    "by_address": {  # apart, because whoever calls from enough addresses evicts what else is in their table
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "address_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
AUTH_USER_MODEL = "identity.Account"
CSRF_FAILURE_VIEW = "tongban.people.signin.views.kept_form.csrf_failure"
PASSWORD_HASHERS = [
    "tongban.trust.crypto.hashers.PBKDF2SM3PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_ITERATIONS = max(100_000, _env.password_iterations)
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["tongban.people.signin.backends.AccountBackend"]
SECOND_FACTOR_REQUIRED = PRODUCTION or _env.second_factor == "required"
"""Whether officers must have a second factor, and everybody must use one for sensitive actions."""
SMS_GATEWAY_URL = _env.sms_url
SMS_GATEWAY_TOKEN = _env.sms_token.get_secret_value()
CARRIER_URL = _env.carrier_url
CARRIER_TOKEN = _env.carrier_token.get_secret_value()
INTERNAL_NETWORKS = _env.internal_networks
"""The city's own networks, in which registered systems of departments may be called."""
CITY = _env.city()
"""The city that this platform serves; read it with `foundation.city.city`."""
CITY_WINDOWS = ROOT / _env.city_windows
"""The file with the city's windows, telephone numbers and names, which the catalogue shows."""
REGISTERS = _env.registers()
"""What the base libraries need to know of the city; read it with `exchange.libraries.registers.registers`."""
ALLAUTH_TRUSTED_PROXY_COUNT = _env.number_of_proxies
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT
"""Prevents callers from getting a new allowance of the interface with a forged X-Forwarded-For."""
HALL_NETWORKS = _env.hall_networks
"""Networks (CIDR) of service halls. Many people share an address there, so more failures are allowed."""
CODES_OF_ADDRESS, CODES_OF_HALL = _env.codes_of_address, _env.codes_of_hall
"""Codes by SMS that unknown browsers at one address, or at a service hall's, may ask for within a day."""
CODES_OF_CITY = _env.codes_of_city
"""Codes by SMS that all unknown browsers outside service halls together may ask for within an hour."""
ACCOUNT_ADAPTER = "tongban.people.signin.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # our own limits count in one table, by account and by address
SECURITY_CONTACT = _env.security_contact
"""The contact in security.txt (RFC 9116); empty if there is no such file."""
MFA_ADAPTER = "tongban.people.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = CITY.portal
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = False
USERSESSIONS_ADAPTER = "tongban.people.signin.adapters.UserSessionsAdapter"
SESSION_ENGINE = "tongban.people.signin.sessions"
OIDC_KEY_FILES = _env.oidc_keys
"""PEM files with RSA keys of our OpenID provider: the first one signs, all are published."""
NATIONAL_OIDC_ISSUER = _env.national_oidc_issuer
"""The national platform as an OpenID provider. If empty, this sign-in is not offered. The same holds for CTID_URL."""
SOCIALACCOUNT_ADAPTER = "tongban.people.sso.upstream.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "national": {
        "APP": {
            "provider_id": "national",
            "name": "国家政务服务平台",
            "client_id": _env.national_oidc_client,
            "secret": _env.national_oidc_secret.get_secret_value(),
            "settings": {"server_url": NATIONAL_OIDC_ISSUER},
        }
    }
}
CTID_URL = _env.ctid_url
CTID_APP = _env.ctid_app
CTID_SECRET = _env.ctid_secret.get_secret_value()
IDP_OIDC_ADAPTER = "tongban.people.sso.openid.adapter.Adapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 30 * 60
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 8 * 3600
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 5 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:  # other hosts of the city, and connections without TLS, cannot set cookies with this prefix
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
"""In the session, which is encrypted, because a message may name a person."""
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_SSL_REDIRECT = PRODUCTION
"""Probes are answered before this applies, so a load balancer can call them without TLS."""
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
"""HSTS for subdomains and preloading: subdomains of the portal may belong to other bodies of the city."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
_HTMX = ROOT / "var" / "npm-dist" / "htmx.org"
STATICFILES_DIRS = [("npm/htmx.org", _HTMX)] if _HTMX.exists() else []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "tongban.foundation.ui.sheets.SheetFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tongban.foundation.ui.static_files.PublishedFiles"},
}
FACE_SERVICE_URL = _env.face_service_url
FACE_SERVICE_TOKEN = _env.face_service_token.get_secret_value()
FILE_FOLDER = DATA_FOLDER / "files"
"""The local file store, and the place where contents are encrypted on their way to another store."""
try:
    FILE_STORE = place_of(
        _env.file_store, _env.file_store_key.get_secret_value(), _env.file_store_secret.get_secret_value()
    )
    FILE_SCANNER = scanner_at(_env.clamd)
except (InvalidStoreSetting, ValueError) as problem:
    raise ImproperlyConfigured(str(problem)) from None
FILES_WITHOUT_SCAN = _env.clamd_unreachable == "accept"
"""Whether files are accepted while the configured scanner does not answer."""
BACKUP_TO = _env.backup_to
"""Folder of the backups, best on another machine's disk; if empty, none are made automatically (docs/backup.md)."""
BACKUP_ESCROW = _env.backup_escrow
"""PEM file with the public key for which backups are encrypted."""
BACKUP_KEEP = _env.backup_keep
BACKUP_CRON = _env.backup_cron
BACKUP_DRILL_CRON = _env.backup_drill_cron
"""Both in UTC. The defaults are each night at 01:30 and each Sunday at 03:30 of the city's time."""
BACKUP_HOURS = _env.backup_hours
BACKUP_DRILL_DAYS = _env.backup_drill_days
"""The longest time without a backup (hours) or a successful drill (days) before operators are alerted."""
BACKUP_SCRATCH = _env.backup_scratch or str(DATA_FOLDER / "drill")
DRAFT_DAYS = _env.draft_days
FONT_FOLDER = Path(_env.fonts) if _env.fonts else ROOT / "var" / "npm-dist"
"""Folder of the fonts for issued documents; the folders in it are searched too."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["tongban.trust.files.uploads.SealedUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"discreet": {"()": "tongban.foundation.operations.logs.RequestLogFilter"}},
    "handlers": {
        "console": {
            "class": "tongban.foundation.operations.logs.Console",
            "formatter": "plain",
            "filters": ["discreet"],
        },
    },
    "root": {"handlers": ["console"], "level": _env.log_level},
    # Django's own handlers would write its records again, bypassing our filters.
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
