"""Production starts only with real keys and real servers, and serves every static file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """All that production needs, and nothing of this test's own environment that could fill a gap."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PRODUCTION": "true",
        "SECRET_KEY": "a random enough text: " + "0123456789abcdef" * 3,
        "SECRETS_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "reconpro.example",
        "DATABASE_URL": "postgres://reconpro@database.example/reconpro",
        "CELERY_BROKER_URL": "redis://broker.example/0",
        "VAR_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
    }


def manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_it_starts_with_all_that_it_needs_and_nothing_for_the_deployment_check_to_say(environment):
    result = manage(environment, "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "SECRETS_KEYS", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL"]
)
def test_it_refuses_to_start_without(environment, missing):
    del environment[missing]
    result = manage(environment, "check")
    assert result.returncode != 0
    assert f"Set {missing}" in result.stdout


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must be at least 50 characters"),
        (
            "SECRET_KEY",
            "development-only-key-that-protects-nothing-0123456789",
            "SECRET_KEY is the one of development",
        ),
        (
            "SECRETS_KEYS",
            "ZGV2ZWxvcG1lbnQtb25seS1rZXktbm90LXNlY3JldC4=",
            "SECRETS_KEYS is the one of development",
        ),
        ("SECRETS_KEYS", "not-a-key", "SECRETS_KEYS must hold Fernet keys"),
        ("DATABASE_URL", "sqlite:///production.sqlite3", "Set DATABASE_URL to a postgres:// address"),
        ("CELERY_BROKER_URL", "memory://", "Set CELERY_BROKER_URL to a redis:// address"),
        ("DEBUG", "true", "DEBUG must be off in production"),
        ("GATEWAY_ALLOW_LOOPBACK_HTTP", "true", "GATEWAY_ALLOW_LOOPBACK_HTTP is for development only"),
    ],
)
def test_it_refuses_to_start_with(environment, name, value, sentence):
    result = manage({**environment, name: value}, "check")
    assert result.returncode != 0
    assert sentence in result.stdout


def test_the_simulator_is_never_reachable_in_production(environment):
    """Spec section 8."""
    result = manage(environment, "intacct_simulator", "--port", "0")
    assert result.returncode != 0
    assert "ready" not in result.stdout


def test_every_static_file_that_a_page_or_style_names_is_there(environment, tmp_path):
    result = manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    assert result.returncode == 0, result.stdout
    assert (tmp_path / "static" / "staticfiles.json").exists()


PRINT_MAIL = (
    "from django.conf import settings as s; "
    "print(s.SENDS_EMAIL, s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_USE_TLS, s.DEFAULT_FROM_EMAIL, s.SITE_URL)"
)


@pytest.mark.parametrize(
    ("named", "printed"),
    [
        (
            {"EMAIL_URL": "", "SITE_URL": "", "DEFAULT_FROM_EMAIL": ""},  # as docker compose passes them on
            "False django.core.mail.backends.dummy.EmailBackend localhost False "
            "ReconPro <reconpro@localhost> https://reconpro.example",
        ),
        (
            {
                "EMAIL_URL": "smtp+tls://mailer:p%40ss@mail.example:587",
                "SITE_URL": "https://recon.example/",
                "DEFAULT_FROM_EMAIL": "Recon <recon@example.com>",
            },
            "True django.core.mail.backends.smtp.EmailBackend mail.example True "
            "Recon <recon@example.com> https://recon.example",
        ),
    ],
)
def test_e_mail_goes_by_the_server_that_is_named_and_else_not_at_all(environment, named, printed):
    result = manage({**environment, **named}, "shell", "--verbosity", "0", "-c", PRINT_MAIL)

    assert result.stdout.strip().replace("None", "localhost", 1).endswith(printed), result.stdout
