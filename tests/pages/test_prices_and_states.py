"""What a visit costs, which insurance is taken, and what is true where staff filled in nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from appointments.models import InsurancePlan, Service, StatePage
from appointments.templatetags.appointments import money
from tests.appointments.booking_steps import hold_time
from tests.appointments.staff_clients import signed_in
from tests.factories import make_provider, make_service, monday
from tests.page_forms import read_forms
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
NOTHING_NOW = "There is nothing to pay when you book."


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


def make_plan(state: str = "TN", **values) -> InsurancePlan:
    page, _new = StatePage.objects.get_or_create(state=state)
    return InsurancePlan.objects.create(page=page, **{"name": "Example Mutual"} | values)


def fields_of(staff: Client, path: str) -> dict:
    """What the form of an admin page would send, untouched."""
    forms = read_forms(staff.get(path).text)
    form = max(forms, key=lambda each: len(each.fields))
    return form.sent()


def test_a_price_stands_on_every_page_where_somebody_asks_for_it(client):
    make_service(name="First visit", slug="first", price_cents=14900)
    for path in ("/", "/book/", "/book/tn/", "/prices/", "/states/tennessee/"):
        assert "$149" in client.get(path).text, path
    visitor = in_process()
    details = hold_time(visitor, Service.objects.get(), monday())
    assert "$149 without insurance" in details.text
    assert 'href="/prices/"' in details.text


def test_a_counselors_page_names_the_price_of_what_they_offer(client):
    counselor = make_provider(slug="ida", listed=True)
    make_service(name="First visit", price_cents=14900)
    make_service(name="Counseling", price_cents=12000, providers=[counselor])
    text = client.get("/providers/ida/").text
    assert "Counseling: $120 without insurance" in text
    assert "$149" not in text


def test_a_clinic_without_prices_says_what_is_true_without_them(client):
    make_service(slug="first")
    for path in ("/", "/book/", "/book/tn/", "/states/tennessee/"):
        text = client.get(path).text
        assert NOTHING_NOW in text, path
        assert "$" not in text, path
    text = client.get("/prices/").text
    assert "Ask us for the price before your visit." in text
    assert "whether we take your plan" in text


def test_the_right_to_an_estimate_names_its_source_and_the_400_dollars(client):
    text = client.get("/prices/").text
    assert "good-faith estimate" in text
    assert "$400" in text
    assert "https://www.cms.gov/medical-bill-rights" in text
    assert 'href="tel:+18009853059"' in text


def test_plans_stand_by_state_and_only_where_somebody_can_be_seen(client):
    make_service(providers=[make_provider(states=["TN", "KY"])])
    for state in ("TN", "KY", "CA"):
        make_plan(state, note="not for counseling" if state == "KY" else "")
    text = client.get("/prices/").text
    assert text.count("Example Mutual") == 1
    assert "Kentucky</a> (not for counseling)" in text
    assert "California" not in text
    assert "Example Mutual" in client.get("/states/tennessee/").text


def test_a_price_is_typed_in_dollars_and_kept_in_cents(client, django_capture_on_commit_callbacks):
    service, manager = make_service(name="First visit"), signed_in("manager")
    assert "$" not in client.get("/prices/").text.replace("$400", "")
    path = reverse("admin:appointments_service_change", args=[service.pk])
    for typed, cents in (("149", 14900), ("$1,149.50", 114950), ("", None)):
        fields = fields_of(manager, path)
        with django_capture_on_commit_callbacks(execute=True):
            answer = manager.post(path, fields | {"price_cents": typed})
        assert answer.status_code == 302, answer.context_data["adminform"].form.errors
        service.refresh_from_db()
        assert service.price_cents == cents
        assert ("$1,149.50" in client.get("/prices/").text) == (cents == 114950)
    for slip in ("12,50", "1,14950", "1.149,50", "12,5"):
        answer = manager.post(path, fields_of(manager, path) | {"price_cents": slip})
        assert "Write dollars, like 149 or 149.50." in answer.text, slip
    service.refresh_from_db()
    assert service.price_cents is None


def test_a_price_that_two_people_changed_is_shown_to_both_in_dollars():
    service, manager = make_service(price_cents=9900), signed_in("manager")
    path = reverse("admin:appointments_service_change", args=[service.pk])
    fields = fields_of(manager, path)
    Service.objects.update(price_cents=14950)
    answer = manager.post(path, fields | {"price_cents": "120"})
    assert answer.status_code == 409
    assert "$149.50" in answer.text
    assert "14950" not in answer.text


@pytest.mark.parametrize("typed", ["free", "1.505", "-1", "1e9", "NaN", "99999999"])
def test_what_is_no_price_is_refused_beside_its_field(typed):
    service, manager = make_service(), signed_in("manager")
    path = reverse("admin:appointments_service_change", args=[service.pk])
    fields = fields_of(manager, path)
    answer = manager.post(path, fields | {"price_cents": typed})
    assert answer.context_data["adminform"].form.errors.keys() == {"price_cents"}
    assert f'value="{typed}"' in answer.text


def test_money_is_dollars_in_every_language():
    for language in ("en-us", "es"):
        with translation.override(language):
            assert money(14900) == "$149"
            assert money(114950) == "$1,149.50"


# ── states ────────────────────────────────────────────────────────────────────


def test_a_served_state_says_who_is_licensed_there_and_what_staff_wrote(client):
    here = make_provider(name="Ida Here", listed=True, states=["TN"])
    away = make_provider(name="Ole Away", listed=True, states=["KY"])
    make_service(providers=[here, away])
    StatePage.objects.create(
        state="TN", telehealth="By video <b>and</b> phone.\n\nAsk us.", source_name="The Board"
    )
    text = client.get("/states/tennessee/").text
    assert "Ida Here" in text
    assert "Ole Away" not in text
    assert "<p>By video &lt;b&gt;and&lt;/b&gt; phone.</p>" in text
    assert "The Board" in text
    assert 'href="/book/tn/"' in text
    assert "noindex" not in text


def test_a_state_has_one_address(client):
    make_service()
    assert client.get("/states/TN/")["Location"] == "/states/tennessee/"
    assert client.get("/states/atlantis/").status_code == 404
    assert client.get("/es/states/new-york/").status_code == 200


def test_a_state_that_is_not_served_is_no_dead_end(client):
    make_service()
    for path in ("/states/ohio/", "/book/elsewhere/"):
        page = client.get(path)
        assert page.status_code == 200
        assert 'href="tel:+18006624357"' in page.text
        assert "https://findtreatment.gov/" in page.text
        assert "Tennessee" in page.text
    assert '<meta name="robots" content="noindex">' in client.get("/states/ohio/").text


def test_the_first_step_lists_states_as_links_and_the_way_to_a_visit_that_is_there(client):
    make_service(providers=[make_provider(states=["TN", "KY"])])
    text = client.get("/book/").text
    assert text.index('href="/book/ky/"') < text.index('href="/book/tn/"')
    assert 'href="/appointments/lost-link/"' in text
    assert 'href="/book/elsewhere/"' in text
    assert 'data-zones="America/Chicago America/New_York"' in text  # of Tennessee


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 200), ("front desk", 200), ("editor", 403)]
)
def test_managers_keep_states_and_plans_and_the_desk_reads_them(role, status):
    plan = make_plan()
    staff = signed_in(role)
    for path in (
        reverse("admin:appointments_statepage_change", args=[plan.page_id]),
        reverse("admin:appointments_insuranceplan_changelist"),
    ):
        assert staff.get(path).status_code == status
    add = reverse("admin:appointments_statepage_add")
    assert staff.get(add).status_code == (200 if role == "manager" else 403)


def test_a_plan_that_staff_add_to_a_state_is_on_the_site_at_once(
    client, django_capture_on_commit_callbacks
):
    make_service()
    page, manager = StatePage.objects.create(state="TN"), signed_in("manager")
    assert "Example Mutual" not in client.get("/states/tennessee/").text
    path = reverse("admin:appointments_statepage_change", args=[page.pk])
    fields = fields_of(manager, path)
    typed = fields | {"plans-0-name": "Example Mutual", "telehealth": "Yes."}
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post(path, typed).status_code == 302
    text = client.get("/states/tennessee/").text
    assert "Example Mutual" in text
    assert "<p>Yes.</p>" in text


def test_an_address_of_a_source_needs_https_and_its_name():
    manager = signed_in("manager")
    add = reverse("admin:appointments_statepage_add")
    fields = fields_of(manager, add)
    typed = fields | {"state": "TN", "source_url": "http://example.org/"}
    errors = manager.post(add, typed).context_data["adminform"].form.errors
    assert "source_url" in errors
