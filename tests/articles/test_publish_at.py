"""A time is read by the clock that the page names, and a day that cannot be is refused in words."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.forms import DateField, DateTimeField, SplitDateTimeField

from core.validation import dates
from tests.articles.factories import make_draft
from tests.articles.test_admin import form_on, page_of, save
from tests.core.staff.people import fully_signed_in
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "named", "hour"),
    [
        ("America/Chicago", "Central Time", 18),
        ("America/New_York", "Eastern Time", 17),
        ("Pacific/Honolulu", "Hawaii Time", 22),
    ],
)
def test_publish_at_is_read_in_the_zone_that_the_help_text_names(zone, named, hour):
    make_practice(time_zone=zone)
    editor, article = fully_signed_in("editor"), make_draft()
    assert f"By the clinic’s clock: {named}." in editor.get(page_of(article)).text
    save(editor, article, publish_at_0="2030-01-15", publish_at_1="12:00:00")
    article.refresh_from_db()
    assert article.publish_at == datetime(2030, 1, 15, hour, tzinfo=UTC)
    form = form_on(editor, page_of(article))
    assert form.filled()["publish_at_1"] == "12:00:00"  # and written by the same clock
    assert " UTC" not in editor.get(page_of(article)).text
    assert " UTC" not in editor.get(page_of(article, "revisions")).text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01"])
def test_a_day_that_cannot_be_is_refused_beside_its_field(day):
    editor, article = fully_signed_in("editor"), make_draft()
    response = save(editor, article, publish_at_0=day, publish_at_1="23:59:59", title="Kept")
    article.refresh_from_db()
    assert article.publish_at is None
    assert "Choose a day between 1900 and 2199." in response.text
    assert 'value="Kept"' in response.text


def test_every_form_of_the_admin_that_asks_for_a_day_knows_which_can_be(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    kinds = (DateField, DateTimeField, SplitDateTimeField)
    missing = [
        f"{model.__name__}.{name}"
        for model, shown in admin.site._registry.items()
        for form in forms_of(shown, request)
        for name, field in form.base_fields.items()
        if isinstance(field, kinds) and dates.validate_plausible not in field.validators
    ]
    assert missing == ["Patient.birth_date"]  # it has bounds of its own


def forms_of(shown, request):
    """The form of a model's page, and those of the tables below it; some pages only show."""
    if shown.has_add_permission(request) or shown.has_change_permission(request):
        yield shown.get_form(request, change=False)
    yield from (formset.form for formset, _ in shown.get_formsets_with_inlines(request))
