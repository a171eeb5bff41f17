"""Who may import whom (ARCHITECTURE, DESIGN 2), read from the source: nothing is run for it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUBJECTS = ("articles", "appointments", "newsletter")
HOUSE = "curednation"
# What every subject may lean on. None of these knows a subject.
SHARED = tuple(
    f"{HOUSE}.{name}"
    for name in (
        *("mail", "practice", "guard", "pagecache", "answers", "compiled", "cacheservice"),
        *("richtext", "library", "reachable", "uploads", "append_only", "outgoing"),
        *("public_addresses", "disclosures", "spreadsheets", "characters", "feeds"),
        *("png", "colors", "site_pages"),
    )
)
# Modules that take everything as an argument, the clock included.
PURE = {
    "appointments.scheduling.intervals",
    "appointments.scheduling.opening_hours",
    "appointments.scheduling.slots",
    "appointments.scheduling.visit_limits",
    "appointments.scheduling.hold_share",
    "appointments.scheduling.states",
    "appointments.scheduling.time_preferences",
    "appointments.scheduling.series",
    "appointments.scheduling.visit_progress",
    "core.people.salutation",
    "appointments.forms.written_dates",
    "articles.revisions.content",
    "articles.search.crisis_terms",
    "articles.revisions.word_diff",
    "articles.search.query",
    "core.richtext.phone_links",
    "articles.wordpress.shortcodes",
    "articles.wordpress.unsupported_html",
    "articles.wordpress.paragraphs",
    "core.richtext.nesting",
    "core.richtext.balancing",
    "core.richtext.inline_content",
    "core.richtext.plain_text",
    "core.richtext.inline_runs",
    "core.richtext.tree",
    "newsletter.subscription.domain_typos",
    "newsletter.delivery.smtp_replies",
    "newsletter.delivery.warm_up",
    "newsletter.issues.svg_plot",
    "newsletter.issues.merge_tags",
    "newsletter.issues.plain_text",
    "newsletter.transfer.column_names",
    "newsletter.transfer.csv_formats",
    "newsletter.bounces.dsn",
    "newsletter.bounces.mime_parser",
    "newsletter.bounces.classification",
}
# Pure but for Django's slugify.
NEARLY_PURE = {"articles.article_page.rendering"}
# Modules of the standard library through which the world outside gets in.
WORLD = {"os", "io", "socket", "subprocess", "threading", "random", "secrets", "logging", "pathlib"}
# The only places that change a status.
WORKFLOW = (
    "appointments.booking",
    "appointments.waitlist",
    "articles.publishing",
    "articles.comments",
    "newsletter.subscription",
    "newsletter.issues.workflow",
    "newsletter.delivery",
    "core.mail",
)
WRITES = {
    "update",
    "create",
    "get_or_create",
    "update_or_create",
    "Appointment",
    "Article",
    "Comment",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours, without migrations, by its dotted name."""
    found = {}
    for top in (HOUSE, *SUBJECTS):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                found[name_of(path)] = ast.parse(path.read_text(), str(path))
    return found


def named(tree: ast.Module) -> Iterator[str]:
    """Everything that is imported, wherever in the module it stands: `a.b` or `a.b.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(name: str) -> str:
    """The module of ours that an imported name is, or comes from; others as they are."""
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name


@cache
def imports(module: str) -> frozenset[str]:
    tops = (HOUSE, *SUBJECTS)
    return frozenset(
        module_of(name) if name.split(".")[0] in tops else name for name in named(modules()[module])
    )


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def inside(*packages: str) -> list[str]:
    return [module for module in modules() if within(module, *packages)]


def offending(users: list[str], forbidden) -> list[str]:
    return [f"{user} imports {used}" for user in users for used in imports(user) if forbidden(used)]


def test_the_modules_are_found():
    assert {"appointments.booking.holds", "core.mail.outbox"} <= modules().keys()
    assert "appointments.booking.rules" in imports("appointments.booking.holds")
    assert modules().keys() >= PURE


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_imports_no_other_subject(subject):
    others = [other for other in SUBJECTS if other != subject]
    assert offending(inside(subject), lambda used: within(used, *others)) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_imports_of_the_house_only_what_is_there_for_all(subject):
    assert (
        offending(inside(subject), lambda used: within(used, HOUSE) and not within(used, *SHARED))
        == []
    )


def test_what_is_there_for_all_knows_no_subject_and_nothing_else_of_the_house():
    def forbidden(used: str) -> bool:
        return within(used, *SUBJECTS) or (within(used, HOUSE) and not within(used, *SHARED))

    assert offending(inside(*SHARED), forbidden) == []


def test_staff_knows_no_subject():
    assert offending(inside(f"{HOUSE}.staff"), lambda used: within(used, *SUBJECTS)) == []


@pytest.mark.parametrize("module", sorted(PURE))
def test_a_pure_module_imports_the_standard_library_and_pure_modules_only(module):
    def forbidden(used: str) -> bool:
        top = used.split(".")[0]
        return used not in PURE and (top not in sys.stdlib_module_names or top in WORLD)

    assert offending([module], forbidden) == []


@pytest.mark.parametrize("module", sorted(PURE))
def test_a_pure_module_asks_no_clock(module):
    asked = {
        node.attr
        for node in ast.walk(modules()[module])
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow", "monotonic"}
    }
    assert asked == set()


def test_a_module_that_calls_itself_pure_is_held_to_it():
    said = {name for name, tree in modules().items() if "Pure" in (ast.get_docstring(tree) or "")}
    assert said - NEARLY_PURE <= PURE


@pytest.mark.parametrize("subject", SUBJECTS)
def test_views_and_admin_are_imported_by_nothing_below_them(subject):
    upper = [f"{subject}.{name}" for name in ("views", "admin", "urls", "management")]
    below = [module for module in inside(subject) if not within(module, *upper)]
    assert offending(below, lambda used: within(used, *upper)) == []


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


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_workflow_knows_no_request_and_no_form(subject):
    workflow = [module for module in inside(*WORKFLOW) if within(module, subject)]

    def forbidden(used: str) -> bool:
        return within(used, "django.http", "django.forms", "django.shortcuts") or within(
            used, f"{subject}.forms"
        )

    assert offending(workflow, forbidden) == []


def test_other_sites_are_asked_by_one_module_only():
    """Who else speaks to the network speaks to what the owner configured, or to this machine."""
    askers = {"urllib.request", "http.client", "requests", "httpx", "urllib3", "aiohttp", "socket"}
    allowed = {
        f"{HOUSE}.outgoing": "the one",
        "newsletter.delivery.smtp_client": "to the configured mail server",
        "newsletter.tasks": "its own host's name",
    }
    users = [user for user in modules() if not within(user, f"{HOUSE}.devstack", *allowed)]
    assert offending(users, lambda used: within(used, *askers)) == []


def test_mail_servers_and_dns_are_asked_where_the_owner_names_them():
    speakers = {
        "smtplib": {f"{HOUSE}.mail.refusals", "newsletter.delivery.smtp_client"},
        "imaplib": {"newsletter.bounces.mailbox"},
        "dns": {"newsletter.delivery.dns_records"},
    }
    for library, allowed in speakers.items():
        users = {user for user in modules() if any(within(u, library) for u in imports(user))}
        assert {user for user in users if not within(user, f"{HOUSE}.devstack")} <= allowed


def status_writes(tree: ast.Module) -> Iterator[int]:
    """The lines that give a row a status."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = [t for t in node.targets if isinstance(t, ast.Attribute)]
            yield from (node.lineno for target in targets if target.attr == "status")
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in WRITES and "status" in {word.arg for word in node.keywords}:
                yield node.lineno


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_workflow_alone_changes_a_status(subject):
    found = [
        f"{module}:{line}"
        for module in inside(subject)
        if not within(module, *WORKFLOW)
        for line in status_writes(modules()[module])
    ]
    assert found == []


def test_tests_are_imported_by_nothing():
    assert offending(list(modules()), lambda used: within(used, "tests", "bench")) == []
