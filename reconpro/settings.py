"""Settings, all from the environment; the defaults serve development, demo and tests.

With ``PRODUCTION=true`` nothing falls back: a missing key stops the start with a sentence.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
# Off by default even in development: no traceback may reach a user, and we look at what users see.
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def required(name: str, in_development: str) -> str:
    """The variable's value; outside production a fixed value that everybody can read here."""
    value: str = env.str(name, default="")
    if PRODUCTION and in_development in value:
        raise ImproperlyConfigured(f"{name} is the one of development, which everybody knows: make your own.")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"Set {name}: production starts with no default for it.")
    return in_development


SECRET_KEY = required("SECRET_KEY", "development-only-key-that-protects-nothing-0123456789")
# S-2: several keys, comma separated; the first one encrypts, all decrypt.
SECRETS_KEYS = [
    key.strip()
    for key in required("SECRETS_KEYS", "ZGV2ZWxvcG1lbnQtb25seS1rZXktbm90LXNlY3JldC4=").split(",")
    if key.strip()
]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if PRODUCTION:
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY must be at least 50 characters of random text.")
    for _key in SECRETS_KEYS:
        try:
            Fernet(_key)
        except ValueError:
            raise ImproperlyConfigured(
                "SECRETS_KEYS must hold Fernet keys (32 bytes in URL-safe base64), comma separated."
            ) from None
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production: its pages show tracebacks.")
    if not env.list("ALLOWED_HOSTS", default=[]):
        raise ImproperlyConfigured("Set ALLOWED_HOSTS: the host names that this site answers to.")
    if not env.str("DATABASE_URL", default="").startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "Set DATABASE_URL to a postgres:// address: production runs on PostgreSQL."
        )
    if not env.str("CELERY_BROKER_URL", default="").startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured("Set CELERY_BROKER_URL to a redis:// address: production runs on Redis.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_tables2",
    "reconpro.company",
    "reconpro.invoices",
    "reconpro.audit",
    "integrations",
    "intacct",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "reconpro.company.middleware.CompanyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "reconpro.urls"
WSGI_APPLICATION = "reconpro.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reconpro.company.context.navigation",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'reconpro.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes its lock at the start, so that two writers wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Tests use a file, so that threads and real workers see what the test sees.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- sign-in --------------------------------------------------------------------------------
AUTH_USER_MODEL = "company.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "reconpro.company.backends.DefaultPasswordBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", default=8)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_COOLOFF_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "company/locked_out.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "reconpro.company.addresses.client_address"
# I-7: after failures under so many names one address gets no default sign-in for the same while.
DEFAULT_SIGN_IN_NAMES_LIMIT = env.int("DEFAULT_SIGN_IN_NAMES_LIMIT", default=20)
DEFAULT_SIGN_IN_FORM_MINUTES = 15  # to choose a password after signing in by the default one
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# No inline script or style anywhere: what a page needs is in static/.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its form icons as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- pages ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"  # each request is answered in its company's zone (CompanyMiddleware)
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "static/"
# Where `collectstatic` gathers what production serves; elsewhere files come from where they are.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "tables/table.html"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # an export preview's boxes

# --- background -----------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem"):
    _broker_folder = VAR_DIR / "broker"
    for _folder in (_broker_folder, _broker_folder / "control"):
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(_broker_folder),
        "data_folder_out": str(_broker_folder),
        "control_folder": str(_broker_folder / "control"),
    }
elif CELERY_BROKER_URL.startswith("redis"):
    # A click must not hang on a broker that is gone: the run stays queued, and the sweep sends it.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 10}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# all times are settings, so that tests and drills can use seconds.
RUN_HEARTBEAT_SECONDS = env.float("RUN_HEARTBEAT_SECONDS", default=5)
RUN_STALE_AFTER_SECONDS = env.float("RUN_STALE_AFTER_SECONDS", default=60)
RUN_NUDGE_AGAIN_AFTER_SECONDS = env.float("RUN_NUDGE_AGAIN_AFTER_SECONDS", default=30)
RUN_SWEEP_SECONDS = env.float("RUN_SWEEP_SECONDS", default=15)
RUN_PROGRESS_SECONDS = env.float("RUN_PROGRESS_SECONDS", default=0.5)  # between two looks at Cancel
# I-9: how long what a check found may still be applied; Intacct goes on changing meanwhile.
CHECK_KEPT_HOURS = env.float("CHECK_KEPT_HOURS", default=24)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "integrations.runs.tasks.sweep",
        "schedule": RUN_SWEEP_SECONDS,
        "options": {"expires": RUN_SWEEP_SECONDS},
    },
    "sweep-checks": {
        "task": "integrations.runs.tasks.sweep_checks",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
}
SCHEDULE_SCAN_SECONDS = env.float("SCHEDULE_SCAN_SECONDS", default=60)
for _name in ("start_due", "tell_waiting"):
    CELERY_BEAT_SCHEDULE[_name] = {
        "task": f"integrations.schedules.tasks.{_name}",
        "schedule": SCHEDULE_SCAN_SECONDS,
        "options": {"expires": SCHEDULE_SCAN_SECONDS},
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
# G-3: a turn at the gateway ends by itself when its holder died. It is longer than a request may last: the
# time-outs below are cut to fit (intacct/connecting.py), and with 300 they needn't be.
GATEWAY_TURN_SECONDS = env.float("GATEWAY_TURN_SECONDS", default=300)
GATEWAY_TURN_WAIT_SECONDS = env.float("GATEWAY_TURN_WAIT_SECONDS", default=8)
# an invoice that Intacct does not show goes again only after two read-backs this far apart.
EXPORT_READ_BACK_SECONDS = env.float("EXPORT_READ_BACK_SECONDS", default=60)
EXPORT_BATCH_SIZE = env.int("EXPORT_BATCH_SIZE", default=50)

# --- e-mail ---------------------------------------------------------------------------------
# S-5: EMAIL_URL=smtp+tls://user:password@host:587; outside production mails are printed. Without one
# production sends none, and the settings page says so.
_email_url = env.str("EMAIL_URL", default="" if PRODUCTION else "consolemail://")
SENDS_EMAIL = bool(_email_url)
vars().update(env.email_url_config(_email_url or "dummymail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    env.str("DEFAULT_FROM_EMAIL", default="") or "ReconPro <reconpro@localhost>"
)
# Where links in e-mails lead.
SITE_URL = env.str("SITE_URL", default="").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if PRODUCTION else "http://127.0.0.1:8000"
)

# --- the gateway ----------------------------------------------------------------------------
# S-3: hosts that may receive passwords, each with its subdomains.
GATEWAY_ALLOWED_DOMAINS = env.list("GATEWAY_ALLOWED_DOMAINS", default=["intacct.com"])
GATEWAY_ALLOW_LOOPBACK_HTTP = env.bool("GATEWAY_ALLOW_LOOPBACK_HTTP", default=not PRODUCTION)
if PRODUCTION and GATEWAY_ALLOW_LOOPBACK_HTTP:
    raise ImproperlyConfigured("GATEWAY_ALLOW_LOOPBACK_HTTP is for development only.")
GATEWAY_CONNECT_TIMEOUT_SECONDS = env.float("GATEWAY_CONNECT_TIMEOUT_SECONDS", default=10)
GATEWAY_READ_TIMEOUT_SECONDS = env.float("GATEWAY_READ_TIMEOUT_SECONDS", default=120)
GATEWAY_FIRST_BACKOFF_SECONDS = env.float("GATEWAY_FIRST_BACKOFF_SECONDS", default=2)
GATEWAY_LONGEST_BACKOFF_SECONDS = env.float("GATEWAY_LONGEST_BACKOFF_SECONDS", default=32)
GATEWAY_READ_RETRIES = env.int("GATEWAY_READ_RETRIES", default=5)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
