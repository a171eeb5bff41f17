"""Who may import whom: arrows go down the floors only, late imports included."""

import ast
import os
import subprocess
import sys

import pytest

from tests.devstack.test_unsafe_settings import PRODUCTION
from tests.import_graph import (
    ROOT,
    circles,
    imports,
    inside,
    longest_chain,
    modules,
    ours,
    packages,
    within,
)

# From the top down. A package imports what stands below it, and nothing beside it.
FLOORS = {
    "curednation": 0,
    "pages": 1,
    "contact": 2,
    "messaging": 2,
    "payments": 2,
    "portal": 3,
    "visits": 4,
    "appointments": 5,
    "articles": 5,
    "newsletter": 5,
    "core": 6,
}
SUBJECTS = [name for name, floor in FLOORS.items() if floor == FLOORS["articles"]]
# Beside the floors, and what each may import besides: `demo` fills every app.
DEVELOPMENT = {"devstack": ["core"], "demo": [name for name in FLOORS if name != "curednation"]}
LONGEST_CHAIN = 14  # modules, from one down through others; lower it when it has become shorter
# The only places that change a status; they take no request and no form.
WORKFLOW = (
    *("appointments.booking", "appointments.waitlist"),
    *("articles.publishing", "articles.comments"),
    *("newsletter.subscription", "newsletter.issues.workflow", "newsletter.delivery"),
    *("messaging.workflow", "messaging.danger", "messaging.drafts"),
    *("visits.encounter", "visits.visit_changes", "visits.changed_appointments"),
    "payments.collection",
)
# Inside an app: what stands on top of its workflow.
UPPER = ("views", "api", "admin", "urls", "image_urls", "webhook_urls", "management")
# Modules of the standard library through which the world outside gets in.
WORLD = {"os", "io", "socket", "subprocess", "threading", "random", "secrets", "logging", "pathlib"}
PURE = [name for name, tree in modules().items() if "Pure" in (ast.get_docstring(tree) or "")]
ALMOST_PURE = "django.utils.text.slugify"  # what they may use of Django


def offending(users: list[str], forbidden) -> list[str]:
    return [f"{user} imports {used}" for user in users for used in imports(user) if forbidden(used)]


# ── the floors ──


def test_every_package_of_the_tree_has_its_floor():
    assert set(packages()) == FLOORS.keys() | DEVELOPMENT.keys()
    assert "appointments.booking.visits" in ours("appointments.views.details")


@pytest.mark.parametrize("package", FLOORS)
def test_arrows_go_down_only(package):
    forbidden = [other for other in FLOORS if FLOORS[other] <= FLOORS[package] and other != package]
    if package != "curednation":  # its settings and addresses, where DEBUG is on: see below
        forbidden += DEVELOPMENT
    assert offending(inside(package), lambda used: within(used, *forbidden)) == []


@pytest.mark.parametrize("package", DEVELOPMENT)
def test_nothing_of_development_imports_the_settings_or_what_it_is_not_for(package):
    forbidden = [other for other in FLOORS if other not in DEVELOPMENT[package]]
    assert offending(inside(package), lambda used: within(used, *forbidden)) == []


def test_in_production_nothing_of_development_is_installed_or_imported():
    """Run: addresses, admin, tasks and the server's door are all loaded."""
    source = f"""
import sys
import django
from django.conf import settings
django.setup()
import curednation.urls, curednation.wsgi
from curednation.celery import app
app.loader.import_default_modules()
assert not settings.DEBUG and "newsletter.tasks" in sys.modules
named = {{name.partition(".")[0] for name in [*sys.modules, *settings.INSTALLED_APPS]}}
print(sorted(named & {set(DEVELOPMENT)}))
"""
    environ = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "curednation.settings"}
    found = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env=environ | PRODUCTION,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.stdout.strip(), found.returncode) == ("[]", 0), found.stderr


def test_no_modules_import_one_another_in_a_circle():
    assert circles() == []


def test_no_chain_of_imports_is_longer_than_it_was():
    chain = longest_chain()
    assert len(chain) <= LONGEST_CHAIN, " > ".join(chain)


def test_tests_are_imported_by_nothing():
    assert offending(list(modules()), lambda used: within(used, "tests", "bench")) == []


# ── inside an app: views, admin, tasks → workflow → models → pure ──


@pytest.mark.parametrize("subject", SUBJECTS)
def test_views_and_admin_are_imported_by_nothing_below_them(subject):
    upper = [f"{subject}.{name}" for name in UPPER]
    below = [module for module in inside(subject) if not within(module, *upper)]
    assert offending(below, lambda used: within(used, *upper)) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_workflow_knows_no_request_and_no_form(subject):
    workflow = [module for module in inside(*WORKFLOW) if within(module, subject)]
    outer = ("django.http", "django.forms", "django.shortcuts", f"{subject}.forms")
    assert offending(workflow, lambda used: within(used, *outer)) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_models_stand_on_nothing_that_stands_on_models(subject):
    models = f"{subject}.models"
    below = {
        used
        for module in inside(models)
        for used in imports(module)
        if within(used, subject) and not within(used, models)
    }
    assert offending(sorted(below), lambda used: within(used, models)) == []


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_the_standard_library_and_pure_modules_only(module):
    def forbidden(used: str) -> bool:
        name = used.split(".")[0]
        ours = used in PURE or used == ALMOST_PURE
        return not ours and (name not in sys.stdlib_module_names or name in WORLD)

    assert offending([module], forbidden) == []


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_asks_no_clock(module):
    clocks = {"now", "today", "utcnow", "monotonic"}
    asked = {node.attr for node in ast.walk(modules()[module]) if isinstance(node, ast.Attribute)}
    assert not asked & clocks


def test_the_calendar_and_the_words_of_others_are_read_by_pure_modules():
    """They say so in their docstrings, which holds them to it."""
    pure = {"appointments.scheduling.slots", "newsletter.bounces.dsn", "core.richtext.tree"}
    assert pure <= set(PURE)


# ── who speaks to the network ──


def test_other_sites_are_asked_by_one_module_only():
    """Who else speaks to the network speaks to what the owner configured, or to this machine."""
    askers = {"urllib.request", "http.client", "requests", "httpx", "urllib3", "aiohttp", "socket"}
    allowed = {
        "core.web.client": "the one",
        "newsletter.delivery.smtp_client": "to the configured mail server",
        "curednation.doctor.public_site": "the site itself, under its own name",
        "newsletter.tasks": "its own host's name",
        "core.monitoring.alerts": "to the configured webhook",
        "core.monitoring.certificate": "to the site's own address",
        "core.database.waiting": "cuts a connection of ours to the database, makes none",
    }
    users = [user for user in modules() if not within(user, *DEVELOPMENT, *allowed)]
    assert offending(users, lambda used: within(used, *askers)) == []


def test_mail_servers_and_dns_are_asked_where_the_owner_names_them():
    speakers = {
        "smtplib": {"core.mail.smtp_errors", "newsletter.delivery.smtp_client"},
        "imaplib": {"newsletter.bounces.mailbox"},
        "dns": {"newsletter.delivery.dns_records"},
    }
    for library, allowed in speakers.items():
        users = {user for user in modules() if any(within(u, library) for u in imports(user))}
        assert {user for user in users if not within(user, *DEVELOPMENT)} <= allowed
