"""A list of the admin answers what its own page asks, and no more: no column is spelled out."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, Model, TextField
from django.test import Client
from django.urls import reverse
from phonenumber_field.modelfields import PhoneNumberField

from core.mail.models import OutgoingEmail
from core.staff import roles
from core.staff.accounts import invitations
from tests.articles.factories import make_article
from tests.core.staff.people import make_staff, sign_in
from tests.core.staff.world import make_world
from tests.factories import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
LOOKUPS = (
    *("", "exact", "iexact", "in", "isnull", "gt", "gte", "lt", "range", "regex", "iregex"),
    *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
    *("len", "date", "year", "has_key", "overlap", "isempty"),
)
BAD = ["", "\0", "'", "9" * 40, "10000", "9999-12-31", "１"]
REFUSED = {302, 400, 403}


@pytest.fixture
def manager(client) -> Client:
    return sign_in(client, make_staff("manager"))


@pytest.fixture
def superuser(client) -> Client:
    return sign_in(client, make_staff(is_superuser=True))


def lists() -> list[tuple[ModelAdmin, str]]:
    return [
        (model_admin, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        for model, model_admin in admin.site._registry.items()
    ]


def asked_by(page: str) -> set[str]:
    """The names of all parameters in the links of a list."""
    links = re.findall(r'href="\?([^"]*)"', page)
    return {name for link in links for name, _value in parse_qsl(html.unescape(link), True)}


def filters_without_choices(model_admin: ModelAdmin) -> Iterator[str]:
    """What a filter would ask that has too few choices to be shown."""
    for item in model_admin.list_filter:
        name = item[0] if isinstance(item, tuple) else item
        yield from (f"{name}__{lookup}" for lookup in ("exact", "isnull", "id__exact"))


def paths(model: type[Model], depth: int = 2) -> Iterator[str]:
    """Every column of it and of what hangs on it, as a lookup spells it."""
    yield "pk"
    for field in model._meta.get_fields():
        yield field.name
        if isinstance(field, Field) and field.is_relation:
            yield field.attname
        if field.is_relation and field.related_model and depth > 1:
            yield from (f"{field.name}__{rest}" for rest in paths(field.related_model, depth - 1))


# ── the attacks ──


def test_the_text_of_a_secret_mail_is_not_spelled_out(manager):
    invitations.invite(make_staff(name="Kim"))
    mail = OutgoingEmail.objects.get(secret=True)
    assert "/accounts/" in mail.text
    for column in ("text", "html", "attachments", "message_id", "claimed_by"):
        for lookup in ("contains", "startswith", "regex", "iregex"):
            query = {"secret__exact": "1", f"{column}__{lookup}": "accounts"}
            assert manager.get("/admin/mail/outgoingemail/", query).status_code == 400
            query.pop("secret__exact")
            assert manager.get("/admin/mail/outgoingemail/", query).status_code == 400


def test_the_text_of_a_secret_mail_cannot_be_searched_for(manager):
    invitations.invite(make_staff(name="Kim"))
    mail = OutgoingEmail.objects.get(secret=True)
    link = re.search(r"https?://\S+", mail.text)[0]
    for words in (link, link[-12:], "accounts/password"):
        found = manager.get("/admin/mail/outgoingemail/", {"q": words}).context["cl"].result_list
        assert mail not in found


def test_nobody_spells_a_password_or_a_second_factor(manager):
    make_staff(is_superuser=True)
    for name in (
        "password__startswith",
        "password",
        "user_permissions__codename__startswith",
        "groups__user__password__startswith",
        "is_superuser__exact",
        "authenticator__data__secret__startswith",
        "contributor__user__password__regex",
    ):
        assert manager.get("/admin/staff/user/", {name: "p"}).status_code == 400, name


def test_nobody_spells_the_private_link_of_a_visit(manager):
    visit = make_appointment()
    for name in ("key__startswith", "key", "uid", "visitor__gt", "patient__match_key__startswith"):
        for value in (visit.key, visit.key[0], f"{visit.uid}"):
            assert manager.get("/admin/appointments/appointment/", {name: value}).status_code == 400


# ── all classes, all columns ──


def test_no_list_answers_a_lookup_that_its_page_does_not_ask(superuser, rf):
    make_world()
    roles.apply()
    request = rf.get("/")
    request.user = make_staff(is_superuser=True)
    for model_admin, address in lists():
        asked = asked_by(superuser.get(address).text)
        asked |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        asked |= set(filters_without_choices(model_admin))
        answered = {
            name
            for path in paths(model_admin.model)
            for lookup in LOOKUPS
            if model_admin.lookup_allowed(name := f"{path}__{lookup}".rstrip("_"), "2026", request)
        }
        assert answered <= asked, f"{model_admin} answers {answered - asked}"


def test_each_list_refuses_the_beginning_of_each_of_its_columns(superuser):
    make_world()
    for model_admin, address in lists():
        for path in paths(model_admin.model, depth=1):
            answer = superuser.get(address, {f"{path}__startswith": "a"})
            assert answer.status_code in REFUSED, f"{address}?{path}__startswith"
        answer = superuser.get(address, {"e": "1", "pk__startswith": "1"})
        assert answer.status_code in REFUSED, f"{address}?e=1&pk__startswith"


def test_what_a_list_asks_itself_is_answered(superuser):
    make_world()
    for _model_admin, address in lists():
        page = superuser.get(address)
        if page.status_code != 200:
            continue
        links = set(re.findall(r'href="(\?[^"]*)"', page.text))
        for link in (link for link in links if not re.search(r"[?;]o=", link)):
            answer = superuser.get(address + html.unescape(link))
            assert answer.status_code == 200, f"{address}{link}"


@pytest.mark.parametrize(
    "link",
    [
        "mail/outgoingemail/?status__exact=failed",
        "mail/outgoingemail/?bounced_at__isempty=0",
        "newsletter/subscriber/?status__exact=active",
        "appointments/appointment/?day=today&provider__id__exact=1",
        "appointments/appointment/?day=any&status=holds&q=grace",
        "staff/auditevent/?at__year=2026&at__month=11&at__day=26",
    ],
)
def test_the_links_that_our_pages_and_mails_hold_are_answered(manager, link):
    assert manager.get(f"/admin/{link}").status_code == 200


def test_no_value_of_a_filter_breaks_a_list(superuser):
    make_world()
    asked: Counter[str] = Counter()
    for model_admin, address in lists():
        page = superuser.get(address)
        names = asked_by(page.text) - {"o", "_facets"}
        if model_admin.date_hierarchy:
            names |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        for name in sorted(names | set(filters_without_choices(model_admin))):
            # Django reads a field of one kind alike in every list: two are asked by all values.
            kind = _kind(model_admin.model, name)
            asked[kind] += name in names
            for value in BAD if name in names and asked[kind] <= 2 else ["9" * 40]:
                answer = superuser.get(address, {name: value})
                assert answer.status_code in {200, *REFUSED}, f"{address}?{name}={value!r}"
    for name, value in product(("p", "all", "e", "q", "_facets"), BAD):
        assert superuser.get("/admin/staff/user/", {name: value}).status_code in {200, *REFUSED}
    for month in ("0", "12", "13", "x"):
        query = {"at__year": "9998", "at__month": month, "at__day": "31"}
        assert superuser.get("/admin/staff/auditevent/", query).status_code in {200, 302}


def _kind(model: type[Model], name: str) -> str:
    """What reads the value: the kind of field and the lookup, or a filter of our own."""
    column, _, lookup = name.partition("__")
    try:
        return f"{type(model._meta.get_field(column)).__name__} {lookup}"
    except FieldDoesNotExist:
        return name


# ── the order of a list ──


def test_a_list_is_sorted_by_the_columns_that_offer_it_and_by_no_other(superuser):
    make_world()
    for model_admin, address in lists():
        page = superuser.get(address)
        if page.status_code != 200:
            continue
        offered = {int(n) for n in re.findall(r"[?&;]o=-?(\d+)", page.text)}
        for number in set(range(len(model_admin.list_display) + 2)) - offered:
            for order in (f"{number}", f"-{number}"):
                answer = superuser.get(address, {"o": order})
                if answer.status_code != 302:
                    keys = _keys(answer)  # not as the column: newest first, or as ever
                    newest_first = sorted(keys, reverse=True)
                    assert keys in (newest_first, _keys(page)), f"{address}?o={order}"


def _keys(answer) -> list:
    return [row.pk for row in answer.context["cl"].result_list]


@pytest.mark.parametrize("order", ["99", "0", "-", "x", "1.x", "9" * 30, "１", "1\0", "000099"])
def test_an_order_that_is_none_leads_back_to_the_list(superuser, order):
    answer = superuser.get("/admin/staff/user/", {"o": order})
    assert answer.status_code == 400 or answer.url == "/admin/staff/user/?e=1"
    assert superuser.get("/admin/staff/user/", {"o": order, "e": "1"}).status_code in {200, 400}


# ── words ──


def test_nothing_is_found_by_words_that_no_page_shows(superuser):
    """A value of a row that stands on none of its pages finds it by no search."""
    make_world()
    for model_admin, address in lists():
        if not model_admin.search_fields:
            continue
        row = model_admin.model._default_manager.order_by("pk").last()
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        shown = html.unescape(superuser.get(reverse(name, args=[row.pk])).text)
        shown += html.unescape(superuser.get(address).text)
        for field in row._meta.concrete_fields:
            value = str(getattr(row, field.attname))
            if isinstance(field, PhoneNumberField) or not isinstance(field, CharField | TextField):
                continue  # a phone number is shown as people write it
            if len(value) >= 6 and value not in shown:
                found = superuser.get(address, {"q": value}).context["cl"].result_list
                assert row not in found, f"{address} finds {field.name}"


# ── windows, and suggestions while typing ──


def test_no_record_is_chosen_by_a_column_that_is_no_key(superuser, rf):
    make_world()
    for model_admin, address in lists():
        opts = model_admin.opts
        others = set(paths(model_admin.model, depth=1)) - {"pk", opts.pk.name}
        for path in others:
            assert not model_admin.to_field_allowed(rf.get("/"), path), f"{address} {path}"
        query = {"_to_field": min(others), "_popup": "1"}
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=["1"])
        for asked in (address, page):
            assert superuser.get(asked, query).status_code in REFUSED, asked


def test_only_the_fields_that_suggest_are_searched(superuser):
    make_world()
    answered = set()
    for model in {*admin.site._registry, admin.models.LogEntry}:
        opts = model._meta
        for field in opts.get_fields():
            query = {"app_label": opts.app_label, "model_name": opts.model_name, "term": "a"}
            answer = superuser.get("/admin/autocomplete/", query | {"field_name": field.name})
            assert answer.status_code in {200, 403, 404}
            if answer.status_code == 200:
                answered.add(f"{opts.label_lower}.{field.name}")
    assert answered == {
        "articles.article.cover",
        "articles.contributor.photo",
        "articles.article.translation_of",
        "articles.redirect.article",
    }


@pytest.mark.parametrize("term", ["\0", "%", "_", "\\", "x" * 5000, "１"])
def test_whatever_is_typed_where_words_are_suggested_gets_an_answer(superuser, term):
    make_article()
    query = {"app_label": "articles", "model_name": "redirect", "field_name": "article"}
    for method in (superuser.get, superuser.head, superuser.options, superuser.post):
        assert method("/admin/autocomplete/", query | {"term": term}).status_code < 500


@pytest.mark.parametrize(
    ("moment", "refused"),
    [
        ("9999-12-31", True),
        ("2026-01-01 00:00:00", True),
        ("2026-01-01 00:00:00-06:00", False),
        ("2026-01-01 00:00:00+00:00", False),
    ],
)
def test_a_filter_by_a_moment_takes_only_one_with_its_zone(superuser, moment, refused):
    answer = superuser.get("/admin/mail/outgoingemail/", {"created_at__gte": moment})
    assert (answer.status_code, answer.get("Location", "").endswith("?e=1")) == (
        (302, True) if refused else (200, False)
    )
