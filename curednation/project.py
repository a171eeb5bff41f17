"""What Django is told of the project: its apps, templates and addresses. No environment changes it.

The settings take in every name of this module.
"""

from pathlib import Path
from typing import Any

INSTALLED_APPS = [
    "core.staff",
    "pages",
    "core.practice",
    "core.mail",
    "core.sms",
    "core.monitoring",
    "core.api",
    "core.webhooks",
    "articles",
    "appointments",
    "newsletter",
    "contact",
    "visits",
    "portal",
    "messaging",
    "payments",
    "curednation",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "localflavor",
    "pgtrigger",
    "pghistory",
    "django_prose_editor",
    "modeltrans",
    "pictures",
    "core.staff.admin_config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
CSRF_FAILURE_VIEW = "pages.errors.csrf_failure"
ROOT_URLCONF = "curednation.urls"
WSGI_APPLICATION = "curednation.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent.parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"languages": "core.languages.template_tags"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.practice.context_processors.practice",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
