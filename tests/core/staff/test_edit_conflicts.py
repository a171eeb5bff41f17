"""Nobody saves over what a colleague has changed meanwhile: they are shown it, and lose nothing."""

import html
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from appointments.models import (
    ClinicRules,
    HoursException,
    License,
    Patient,
    Provider,
    Service,
)
from core.practice.models import Practice
from tests.appointments.staff_clients import signed_in
from tests.core.staff.people import make_staff
from tests.core.staff.world import make_world
from tests.factories import (
    make_appointment,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.page_forms import Form, read_forms

pytestmark = pytest.mark.django_db
TITLE = "Not saved: this was changed while you had it open"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def mine() -> Client:
    return signed_in("manager", name="Mina Mine")


@pytest.fixture
def theirs() -> Client:
    return signed_in("manager", name="Theo Theirs")


def address(record: Model) -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def form_in(answer, record: Model) -> Form:
    name = f"{record._meta.model_name}_form"
    return next(form for form in read_forms(answer.text) if form.id == name)


def opened(client: Client, record: Model) -> Form:
    return form_in(client.get(address(record), {"edit": "1"}), record)  # patients are read first


def save(client: Client, record: Model, form: Form, **answers: Any):
    return client.post(address(record), form.sent(**answers))


def told(answer) -> str:
    """The words of the part that tells what has changed, without tags."""
    part = answer.text.partition('"panel edit-conflict"')[2].partition("</section>")[0]
    words = " ".join(piece.partition(">")[2] for piece in part.split("<"))
    return " ".join(html.unescape(words).split())


# ── the story ──


def test_a_license_that_a_colleague_ended_stays_ended_when_a_language_is_added(mine, theirs):
    provider = make_provider(hours="")
    older = opened(mine, provider)
    theirs_ = opened(theirs, provider)
    changes = {"active": None, "licenses-0-expires": "2026-01-31"}
    assert save(theirs, provider, theirs_, **changes).status_code == 302

    answer = save(mine, provider, older, languages="English, Spanish")
    assert answer.status_code == 409
    assert TITLE in answer.text
    words = told(answer)
    assert "Changed by: Theo Theirs." in words
    assert ": yes → no" in words
    assert "Sat, Jan 31, 2026" in words
    assert "correct the error" not in answer.text
    form = form_in(answer, provider)
    assert form.fields["languages"] == "English, Spanish"
    assert "active" not in form.fields
    assert form.fields["licenses-0-expires"] == "01/31/2026"
    provider.refresh_from_db()
    assert (provider.active, provider.languages) == (False, "English")

    assert save(mine, provider, form).status_code == 302
    provider.refresh_from_db()
    assert (provider.active, provider.languages) == (False, "English, Spanish")
    assert provider.licenses.get().expires == date(2026, 1, 31)


def test_what_both_changed_is_named_and_mine_is_saved_once_i_have_seen_theirs(mine, theirs):
    provider = make_provider(name="Anna Berg", hours="")
    older = opened(mine, provider)
    save(theirs, provider, opened(theirs, provider), name="Anna Theirs")
    answer = save(mine, provider, older, name="Anna Mine")
    assert "Anna Berg → Anna Theirs You typed “Anna Mine”." in told(answer)
    assert save(mine, provider, form_in(answer, provider)).status_code == 302
    provider.refresh_from_db()
    assert provider.name == "Anna Mine"


def test_the_older_page_is_refused_however_often_it_is_sent(mine, theirs):
    practice = Practice.objects.create()
    older = opened(mine, practice)
    save(theirs, practice, opened(theirs, practice), city="Memphis")
    for _ in range(2):
        assert save(mine, practice, older, street="12 Main St").status_code == 409
    assert save(mine, practice, older, _opened="not ours").status_code == 409
    practice.refresh_from_db()
    assert (practice.city, practice.street) == ("Memphis", "")


def test_what_cannot_be_saved_is_told_beside_its_field_as_well(mine, theirs):
    provider = make_provider(hours="")
    older = opened(mine, provider)
    save(theirs, provider, opened(theirs, provider), languages="Dutch")
    answer = save(mine, provider, older, name="", about="Kind")
    assert "This field is required." in answer.text
    assert "English → Dutch" in told(answer)
    form = form_in(answer, provider)
    assert (form.fields["languages"], form.fields["about"]) == ("Dutch", "Kind")


def test_my_own_other_window_counts_too(mine):
    provider = make_provider(hours="")
    older = opened(mine, provider)
    save(mine, provider, opened(mine, provider), languages="Dutch")
    answer = save(mine, provider, older, about="Kind")
    assert "you, in another window" in told(answer)


def test_a_change_by_a_program_is_shown_without_a_name(mine):
    patient = make_patient(phone="+16155550117")
    older = opened(mine, patient)
    Patient.objects.update(last_name="Okafor")
    answer = save(mine, patient, older, phone="+16155550118")
    assert "Somebody else changed it, or a program did." in told(answer)
    assert "Whitfield → Okafor" in told(answer)
    assert form_in(answer, patient).fields["last_name"] == "Okafor"


def test_saving_what_nobody_else_has_touched_is_just_saved(mine):
    provider = make_provider(hours="")
    service = make_service(providers=[provider])
    form = opened(mine, provider)
    make_appointment(service=service)  # not on this form
    assert save(mine, provider, form, languages="Dutch").status_code == 302


def test_a_visit_booked_meanwhile_does_not_stand_in_a_patients_way(mine):
    patient = make_appointment().patient
    form = opened(mine, patient)
    make_appointment(patient=patient, starts_at=monday("15:00"))
    assert save(mine, patient, form, first_name="Graça").status_code == 302


# ── rows and lists ──


def test_a_row_that_was_deleted_is_named_and_what_was_typed_into_it_is_kept(mine, theirs):
    provider = make_provider(hours="")
    older = opened(mine, provider)
    gone = provider.licenses.get()
    save(theirs, provider, opened(theirs, provider), **{"licenses-0-DELETE": "on"})
    answer = save(mine, provider, older, **{"licenses-0-number": "N-77", "about": "Kind"})
    assert answer.status_code == 409
    assert f"License “{gone}” was deleted." in told(answer)
    assert "stands as a new row" in told(answer)
    assert "Theo Theirs" in told(answer)
    form = form_in(answer, provider)
    assert (form.fields["licenses-INITIAL_FORMS"], form.fields["licenses-0-id"]) == ("0", "")
    assert form.fields["licenses-0-number"] == "N-77"
    assert save(mine, provider, form).status_code == 302
    assert provider.licenses.get().number == "N-77"


def test_a_deleted_row_that_i_had_not_touched_stays_deleted(mine, theirs):
    provider = make_provider(states=["TN", "KY"], hours="")
    older = opened(mine, provider)
    save(theirs, provider, opened(theirs, provider), **{"licenses-0-DELETE": "on"})
    answer = save(mine, provider, older, about="Kind")
    assert "was deleted." in told(answer)
    form = form_in(answer, provider)
    assert form.fields["licenses-TOTAL_FORMS"] == "1"
    assert save(mine, provider, form).status_code == 302
    assert provider.licenses.count() == 1


def test_a_page_without_a_snapshot_still_names_a_row_that_is_gone(mine):
    provider = make_provider(states=["TN", "KY"], hours="")
    older = opened(mine, provider)
    provider.licenses.first().delete()
    answer = save(mine, provider, older, _opened=None, about="Kind")
    assert answer.status_code == 409
    assert "was deleted." in told(answer)


def test_rows_that_a_colleague_added_and_changed_are_in_my_form_beside_mine(mine, theirs):
    provider = make_provider(states=["OH", "TN"], hours="")
    older = opened(mine, provider)
    row = {"state": "KY", "number": "K-1", "expires": "2098-01-01"}
    added = {f"licenses-2-{name}": value for name, value in row.items()}
    changed = {"licenses-TOTAL_FORMS": "3", "licenses-1-number": "T-9"}
    assert save(theirs, provider, opened(theirs, provider), **added, **changed).status_code == 302
    row = {"state": "GA", "number": "G-1", "expires": "2097-01-01"}
    my_own = {f"licenses-2-{name}": value for name, value in row.items()}
    deleted = {"licenses-TOTAL_FORMS": "3", "licenses-0-DELETE": "on"}
    answer = save(mine, provider, older, **my_own, **deleted)
    words = told(answer)
    assert "is new." in words
    assert "→ T-9" in words
    assert save(mine, provider, form_in(answer, provider)).status_code == 302
    found = dict(License.objects.filter(provider=provider).values_list("state", "number"))
    assert sorted(found) == ["GA", "KY", "TN"]
    assert found["TN"] == "T-9"


def test_of_a_list_each_ones_additions_and_removals_count(mine, theirs):
    one, two, three = (make_provider() for _ in range(3))
    service = make_service(providers=[one, two])
    older = opened(mine, service)
    form = opened(theirs, service)
    assert save(theirs, service, form, providers=[str(two.pk)]).status_code == 302
    both = [str(each.pk) for each in (one, two, three)]
    answer = save(mine, service, older, providers=both)
    assert f"Providers: {one} → –" in told(answer)
    assert save(mine, service, form_in(answer, service)).status_code == 302
    assert set(service.providers.all()) == {two, three}


def test_the_rules_of_the_clinic_keep_each_ones_holidays(mine, theirs):
    rules = ClinicRules.objects.create(holidays=["Labor Day"])
    older = opened(mine, rules)
    form = opened(theirs, rules)
    save(theirs, rules, form, holidays=["Labor Day", "Christmas Day"])
    answer = save(mine, rules, older, most_upcoming="9")
    assert "– → Christmas Day" in told(answer)
    assert save(mine, rules, form_in(answer, rules)).status_code == 302
    rules.refresh_from_db()
    assert set(rules.holidays) == {"Labor Day", "Christmas Day"}
    assert rules.most_upcoming == 9


# ── records that are gone ──


def test_a_record_that_was_deleted_is_named_and_what_was_typed_is_shown(mine, theirs):
    provider = make_provider(name="Anna Berg", hours="")
    row = make_time_off(provider, monday(weeks=3).date())
    older = opened(mine, row)
    name = str(row)
    theirs.post(address(row).replace("/change/", "/delete/"), {"post": "yes"})
    assert not HoursException.objects.exists()
    answer = save(mine, row, older, note="Dentist, then home")
    assert answer.status_code == 410
    assert html.escape(f"“{name}” was deleted while you had it open") in answer.text
    assert "Theo Theirs" in answer.text
    assert "Dentist, then home" in answer.text
    assert "Anna Berg, NP" in answer.text, "in words, not by its number"
    assert not HoursException.objects.exists()


def test_who_may_not_change_such_records_learns_nothing_of_one_that_is_gone():
    page = "/admin/appointments/patient/77/change/"
    assert signed_in("editor").post(page, {}).status_code == 403


# ── at the same instant ──


def at_once(*jobs) -> list[int]:
    def run(job) -> int:
        try:
            return job().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["provider", "rules without a row"])
def test_of_two_who_save_at_the_same_instant_one_is_refused(kind):
    mine, theirs = signed_in("manager"), signed_in("manager")
    provider = make_provider(hours="")
    first: Model = provider
    second, changes, others = first, {"about": "Mine"}, {"languages": "Theirs"}
    if kind == "rules without a row":
        first = second = ClinicRules.current()
        changes, others = {"most_upcoming": "9"}, {"most_hourly": "77"}
    forms = opened(mine, first), opened(theirs, second)
    found = at_once(
        lambda: save(mine, first, forms[0], **changes),
        lambda: save(theirs, second, forms[1], **others),
    )
    assert found == [302, 409]


# ── every form there is ──


def editable() -> list[tuple[type[Model], Model]]:
    """A record of each kind that a superuser can change by its form."""
    request = RequestFactory().get("/")
    request.user = make_staff(is_superuser=True)
    found = []
    for model, model_admin in admin.site._registry.items():
        assert not model_admin.list_editable, f"{model} is changed in its list: nobody compares"
        record = model._default_manager.order_by("pk").first()
        if record and model_admin.has_change_permission(request, record):
            found.append((model, record))
    return found


# What is checked by its digits.
CHECKED = {"tax_id": "98-7654321", "npi": "1245319599"}


def something_else(record: Model, form: Form) -> tuple[str, Any]:
    """A column that the form has, and another value for it."""
    for column in record._meta.concrete_fields:
        is_shown = column.name in form.fields or column.name in form.choices
        if not is_shown or column.primary_key or column.choices:
            continue
        value = getattr(record, column.attname)
        if column.name in CHECKED:
            return column.name, CHECKED[column.name]
        if isinstance(column, ArrayField) and value:
            return column.name, value[:-1]
        if isinstance(column, models.BooleanField):
            return column.name, not value
        if isinstance(column, models.EmailField | models.URLField | models.FileField):
            continue
        if isinstance(column, models.CharField | models.TextField) and value is not None:
            return column.name, f"{value}x" if column.max_length is None else f"{value}x"[:60]
        if isinstance(column, models.IntegerField) and value is not None:
            return column.name, value + 1
    raise AssertionError(f"{record._meta.label}: no field to change")


def test_every_form_of_the_admin_refuses_to_undo_a_change_and_shows_it():
    make_world()
    Practice.objects.get_or_create(pk=1)
    ClinicRules.objects.get_or_create(pk=1)
    client = Client()
    client.force_login(make_staff(is_superuser=True))
    records = editable()
    assert {Provider, Service, HoursException, ClinicRules, Practice, Patient} <= {
        model for model, _record in records
    }
    for model, record in records:
        older = opened(client, record)
        column, value = something_else(record, older)
        model._base_manager.filter(pk=record.pk).update(**{column: value})
        answer = save(client, record, older)
        label = model._meta.label
        assert answer.status_code == 409, label
        assert TITLE in answer.text, label
        now = model._base_manager.get(pk=record.pk)
        assert getattr(now, column) == value, f"{label}.{column} was undone"
        assert save(client, record, form_in(answer, record)).status_code == 302, label
        now = model._base_manager.get(pk=record.pk)
        assert getattr(now, column) == value, f"{label}.{column} was undone after all"
