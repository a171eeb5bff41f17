"""The table of roles, and whoever has none. Role × page × method: tests/crawl/test_crawl.py."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.staff import roles
from tests.core.staff.people import make_staff, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
PAGES = [
    *(("get", page) for page in ("changelist", "add", "change", "delete")),
    *(("post", page) for page in ("add", "change", "delete")),
]


def registered() -> list[str]:
    return sorted(model._meta.label_lower for model in admin.site._registry)


def answers(client: Client) -> Iterator[tuple[str, str, str, int]]:
    for model in registered():
        for method, page in PAGES:
            name = f"admin:{model.replace('.', '_')}_{page}"
            address = reverse(name, args=["0"] if page in {"change", "delete"} else [])
            yield model, method, page, getattr(client, method)(address).status_code


def test_every_model_of_the_admin_has_its_row():
    named = {model for table in roles.ROLES.values() for model in table}
    assert set(registered()) <= named, "Give it a row in core/staff/roles.py."


def test_every_row_names_a_model_that_exists():
    for table in roles.ROLES.values():
        for model in table:
            apps.get_model(model)


def test_nothing_in_the_table_is_missing_in_the_database(capsys):
    assert roles.apply() == []


def test_somebody_without_a_role_sees_nothing():
    client = Client()
    sign_in(client, make_staff())
    assert {status for *_, status in answers(client)} == {403}
    assert "You don’t have permission" in client.get("/admin/").content.decode()


def test_the_command_may_run_any_number_of_times(capsys):
    call_command("roles")
    group = Group.objects.get(name="editor")
    before = set(group.permissions.values_list("pk", flat=True))
    group.permissions.clear()
    group.permissions.add(*Group.objects.get(name="manager").permissions.all())
    call_command("roles")
    assert set(group.permissions.values_list("pk", flat=True)) == before


def test_nobody_deletes_the_history_of_changes():
    assert "admin.logentry" not in registered()
    for table in roles.ROLES.values():
        assert "admin.logentry" not in table
