"""All settings, in one place; what may differ between machines comes from CQIA_… variables."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from cqia import environment as env
from cqia.embedded import home

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = home.path()

DEBUG = env.flag("CQIA_DEBUG", False)
SECRET_KEY = env.text("CQIA_SECRET_KEY") or home.secret_key()
ALLOWED_HOSTS = env.words("CQIA_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CQIA_TRUSTED_ORIGINS")
HTTPS = env.flag("CQIA_HTTPS", False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "cqia.accounts",
    "annotation",
    "review",
    "evaluation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages; static files are compressed once, beforehand
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cqia.middleware.ErrorPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cqia.urls"
WSGI_APPLICATION = "cqia.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cqia.context.page",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "cqia.lib.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Threads of the web server keep their connection; one that died with the server is replaced.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Statements asked three times on a connection are planned once: half of the server's work for
        # a decision (benchmarks/workbench.py).
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }


DATABASES = {"default": _database(env.text("CQIA_DATABASE_URL") or home.database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("CQIA_REDIS_URL") or home.redis_url()
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ring for jobs nobody runs": {"task": "annotation.ring_idle_jobs", "schedule": 10.0},
    "free slots whose lease ran out": {"task": "annotation.free_expired_claims", "schedule": 30.0},
    "learn where decisions came in": {"task": "annotation.train_due_models", "schedule": 600.0},
    "see whether a campaign is decided": {"task": "evaluation.look_at_campaigns", "schedule": 60.0},
    "read the answers of models": {"task": "annotation.read_answers", "schedule": 60.0},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "cqia.accounts.sessions.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "cqia.accounts.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "cqia.accounts.adapter.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# axes counts in the database, for all processes; allauth's own limits would count in each alone.
ACCOUNT_RATE_LIMITS = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]  # allauth's login view needs no ModelBackend of axes

SESSION_ENGINE = "cqia.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "cqia_language"
FORMAT_MODULE_PATH = "cqia.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("CQIA_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cqia.accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "cqia.middleware.api_error",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CQIA",
    "DESCRIPTION": "The verbs of the pages, for programs.",
    "VERSION": "0.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AnnotationVerbEnum": "annotation.models.Annotation.Verb",
        "ReviewVerbEnum": "review.models.Review.Verb",
        "LicenceVerdictEnum": "review.licence_table.VERDICTS",
        "QueueOrderEnum": "annotation.models.QueueOrder",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

# The model server that judges and generates when a project names none of its own.
MODEL_BASE_URL = env.text("CQIA_MODEL_BASE_URL")
MODEL_NAME = env.text("CQIA_MODEL_NAME")
MODEL_API_KEY = env.text("CQIA_MODEL_API_KEY")
# Requests under way at once from one worker; the engine's own scheduler does the rest.
MODEL_CONCURRENCY = env.number("CQIA_MODEL_CONCURRENCY", 32)
# Answers that make a score where the server gives no token probabilities (a default of this project).
JUDGE_SAMPLES = env.number("CQIA_JUDGE_SAMPLES", 5)
# The tokenizer.json by which the workbench counts tokens; without one it shows none.
TOKENIZER = env.path("CQIA_TOKENIZER")
# The folder whose folders hold a tokenizer.json each: a rehearsal counts tokens by any of them.
TOKENIZERS = env.text("CQIA_TOKENIZERS")
# The Python in which TRL and LLaMA-Factory are installed, for the rehearsal of a release.
CONSUMERS_PYTHON = env.path("CQIA_CONSUMERS_PYTHON")
# Where releases are published; a project may have an address and a token of its own.
HUB_ENDPOINT = env.text("CQIA_HUB_ENDPOINT", "https://huggingface.co")
HUB_TOKEN = env.text("CQIA_HUB_TOKEN")
# A longer line of an import is refused with its number (a default of this project).
IMPORT_LINE_LIMIT = env.number("CQIA_IMPORT_LINE_LIMIT", 4 * 1024 * 1024)

from cqia.logs import logging_config  # noqa: E402  (structlog must see the settings above only)

LOGGING = logging_config(json=env.text("CQIA_LOG_FORMAT", "json") == "json")
