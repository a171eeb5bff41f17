"""A deployment does not start with an unsafe or broken setting, and says what to write."""

import os
import runpy
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PRODUCTION = {
    "DATABASE_URL": "postgres://site:secret@db.clinic.test/site",
    "BROKER_URL": "amqp://site:secret@mq.clinic.test//",
    "CACHE_URL": "rediss://:secret@cache.clinic.test:6380/1",
    "EMAIL_URL": "smtp+tls://site:secret@mail.clinic.test:587",
    "SECRET_KEY": "x8Jq-2mVb7Lw_Zr4Tn6Yc1Kd9Ph3Gs5Fa0Ue-RiOtCvBnMqWzXy",
    "DEFAULT_FROM_EMAIL": "The Practice <office@clinic.test>",
    "SITE_URL": "https://www.clinic.test",
    "ALLOWED_HOSTS": "www.clinic.test",
    "ADDRESS_KEY": "k2Wn-9sXe5Rb_Vt8Gy1Hu4Jm7Ik3Lo6Pa0Qz-TcFdSwEvNxMbYq",
    "NEWSLETTER_KEYS": "p4Tz-7hQd1Mc_Bx6Rk9Wn2Vg5Js8Ly3Fe0Ua-IoPqZwXeCvBnHs",
    "RECORD_KEYS": "u6Lc-1tGf8Nw_Kb3Xp7Hq2Rz5Dy9Sm4Vj0Ea-QoZiWlTnFxBvCr",
}


def load(monkeypatch, **environ):
    """Read the settings with nothing but these variables set."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(settings.BASE_DIR / "curednation/settings.py"))


def test_a_deployment_is_private_from_the_start(monkeypatch):
    found = load(monkeypatch, **PRODUCTION, TRUSTED_PROXIES="10.0.0.0/8")
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_HTTPONLY"] is found["CSRF_COOKIE_HTTPONLY"] is True
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is found["SECURE_HSTS_PRELOAD"] is False
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["STAFF_MFA_REQUIRED"] is True


def test_https_for_subdomains_and_for_ever_are_asked_for_by_name(monkeypatch):
    below = load(monkeypatch, **PRODUCTION, HSTS_SUBDOMAINS="on")
    assert below["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert below["SECURE_HSTS_PRELOAD"] is False
    found = load(monkeypatch, **PRODUCTION, HSTS_SUBDOMAINS="on", HSTS_PRELOAD="on")
    assert found["SECURE_HSTS_PRELOAD"] is True


def test_a_stranger_cannot_claim_https_where_no_proxy_is_configured(monkeypatch):
    assert load(monkeypatch, **PRODUCTION)["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("NEWSLETTER_WEBHOOK_SECRET", "clinic:short"),
        ("NEWSLETTER_WEBHOOK_SECRET", "a-long-password-without-a-user"),
        ("NEWSLETTER_BOUNCE_MAILBOX", "pop3://user:password@mail.clinic.test"),
        ("NEWSLETTER_BOUNCE_MAILBOX", "maildir:relative/path"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + PRODUCTION["SECRET_KEY"]),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("ADDRESS_KEY", ""),
        ("ADDRESS_KEY", "short"),
        ("NEWSLETTER_KEYS", ""),
        ("NEWSLETTER_KEYS", PRODUCTION["NEWSLETTER_KEYS"] + ",short"),
        ("RECORD_KEYS", ""),
        ("RECORD_KEYS", PRODUCTION["RECORD_KEYS"] + ",short"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "postgres://db.clinic.test"),
        ("DATABASE_URL", "postgres://db.clinic.test:port/site"),
        ("DATABASE_URL", "sqlite:///site.db"),
        ("DATABASE_URL", "postgres://curednation@/curednation?host=/tmp/curednation-1-pg"),
        ("BROKER_URL", ""),
        ("BROKER_URL", "memory://"),
        ("CACHE_URL", ""),
        ("CACHE_URL", "locmem://"),
        ("EMAIL_URL", ""),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "smtp://"),
        ("DEFAULT_FROM_EMAIL", ""),
        ("DEFAULT_FROM_EMAIL", "office@example.org"),
        ("DEFAULT_FROM_EMAIL", "office"),
        ("DEFAULT_FROM_EMAIL", "root@localhost"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("SITE_URL", ""),
        ("SITE_URL", "http://www.clinic.test"),
        ("SITE_URL", "https://www.clinic.test/path"),
        ("SITE_URL", "www.clinic.test"),
        ("STAFF_MFA_REQUIRED", "off"),
        ("STAFF_MFA_REQUIRED", "perhaps"),
        ("STAFF_IDLE_MINUTES", "0"),
        ("STAFF_IDLE_MINUTES", "soon"),
        ("WEB_WORKERS", "-1"),
        ("WEB_THREADS", "4.5"),
        ("PORT", "70000"),
        ("ROOMS_PORT", "0"),
        ("ROOMS_URL", "ws://www.clinic.test/visits/socket"),
        ("ROOMS_URL", "wss://www.clinic.test/"),
        ("TURN_URLS", "stun:turn.clinic.test"),
        ("TURN_SECRET", "short"),
        ("STUN_URLS", "turn.clinic.test:3478"),
        ("RELAY_ONLY", "on"),  # without a relay
        ("DEBUG", "ture"),
        ("LOG_LEVEL", "LOUD"),
        ("LIMIT_BOOKINGS", "often"),
        ("TRUSTED_PROXIES", "the proxy"),
        ("HSTS_SUBDOMAINS", "www"),
        ("HSTS_PRELOAD", "on"),  # without the subdomains, which the list demands
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch, variable, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(monkeypatch, **PRODUCTION | {variable: value})
    assert str(refusal.value).startswith(f"{variable} ")
    assert "secret@" not in str(refusal.value)


def test_without_a_database_url_a_deployment_does_not_fall_back_to_the_embedded_one(monkeypatch):
    environ = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"}
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not set"):
        load(monkeypatch, DEBUG="off", **environ)


def test_manage_py_says_one_sentence_and_shows_no_traceback():
    result = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"]} | PRODUCTION | {"SECRET_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("SECRET_KEY is not set: write a long random text")
    assert result.stderr.count("\n") == 1
