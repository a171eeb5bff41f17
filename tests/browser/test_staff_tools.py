"""The front desk's own pages in a real browser: readable at every width, no CSP report."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.calls import call_list
from appointments.emails import visit_outbox
from appointments.models import Appointment, ClinicRules, WeeklyHours
from appointments.patient_records import privacy_requests
from articles.models import Article, Comment
from core.mail.hold_model import OutboxHold
from core.mail.models import OutgoingEmail
from core.monitoring.models import RestoreRun
from messaging.danger import raise_alert
from newsletter.models import Event, HardBounce, Issue
from tests.articles.factories import make_article, make_draft
from tests.browser.barriers import barriers, told_by_color_alone
from tests.contact.sending import make_request
from tests.core.mail.factories import make_email
from tests.core.sms.factories import make_failed_text
from tests.core.staff.people import make_staff
from tests.factories import (
    make_appointment,
    make_hold,
    make_license,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.messaging.writing import make_thread
from tests.newsletter.issues import make_issue, make_readers
from tests.pages.factories import make_practice, make_text_page
from tests.payments.paying import make_charge
from tests.visits.intake_steps import PHQ, make_tomorrow, send

pytestmark = pytest.mark.django_db(transaction=True)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def addresses(settings) -> dict[str, str]:
    """Each page with something on it."""
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    one = make_provider(name="Anna Berg")
    west = make_provider(name="Bo Lin", time_zone="America/Los_Angeles")
    service = make_service(providers=[one, west])
    visit = make_appointment(service=service, provider=one)
    make_appointment(service=service, provider=west, starts_at=monday("13:00"))
    make_hold(service=service, provider=one, starts_at=monday("14:00"))
    twin = f"?with={make_patient(first_name='Gracie').pk}"
    make_time_off(west, monday().date(), hours="10:00-12:00")
    day = f"{monday():%Y-%m-%d}"
    visits = "admin:appointments_appointment_"
    query = f"service={service.pk}&state=TN&provider={one.pk}"
    series = f"?every=weekly&number=3&until=&service={service.pk}&provider={one.pk}"
    return {
        "index": "/admin/",
        "to do": reverse("admin:to_do"),
        "records": reverse("admin:records"),
        "printed": reverse(visits + "print", args=[day]),
        "status": reverse("admin:status"),
        "book": reverse(visits + "book") + f"?{query}&day={day}",
        "move": reverse(visits + "move", args=[visit.pk]) + f"?provider={one.pk}&day={day}",
        "day": reverse(visits + "day", args=[day]),
        "week": reverse(visits + "week", args=[west.pk, day]),
        "conflicts": reverse(visits + "conflicts"),
        "holds": reverse(visits + "holds"),
        "series": reverse(visits + "series", args=[visit.pk]) + series,
        "patient": reverse("admin:appointments_patient_change", args=[visit.patient_id]),
        "patient, edited": reverse("admin:appointments_patient_change", args=[visit.patient_id])
        + "?edit=1",
        "export": reverse("admin:appointments_patient_export", args=[visit.patient_id]),
        "erase or restrict": reverse("admin:appointments_patient_privacy", args=[visit.patient_id]),
        "choose": reverse("admin:appointments_patient_merge", args=[visit.patient_id]),
        "merge": reverse("admin:appointments_patient_merge", args=[visit.patient_id]) + twin,
        "reassign": reverse(visits + "reassign", args=[visit.pk]) + twin,
        "hours": reverse("admin:appointments_provider_hours", args=[west.pk]),
        "provider": reverse("admin:appointments_provider_change", args=[west.pk]),
        "providers from a file": reverse("admin:appointments_provider_import"),
        "rules": reverse("admin:appointments_clinicrules_change", args=[1]),
        "new API key": reverse("admin:api_apikey_add"),
        "new endpoint": reverse("admin:webhooks_webhookendpoint_add"),
        "what came back": reverse("admin:newsletter_issue_progress", args=[make_trouble().pk]),
    }


@pytest.fixture
def signed_in_cookie(db) -> str:
    client = Client()
    client.force_login(make_staff("manager", is_superuser=True))  # sees every panel
    return client.cookies[site.SESSION_COOKIE_NAME].value


@pytest.fixture
def staff_page(browser, live_server, signed_in_cookie):
    context = browser.new_context()
    cookie = {"name": site.SESSION_COOKIE_NAME, "value": signed_in_cookie}
    context.add_cookies([cookie | {"url": live_server.url}])
    yield context.new_page()
    context.close()


def test_each_page_is_readable_and_breaks_no_rule(staff_page, live_server, addresses):
    page = staff_page
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    problems: list[str] = []
    for name, address in addresses.items():
        answer = page.goto(live_server.url + address)
        assert answer is not None
        problems += complaints
        problems += [f"{name} {answer.status}"] * (answer.status != 200)
        problems += [f"{name} {found}" for found in barriers(page, "#content", RULES)]
        complaints.clear()  # axe itself writes styles
    assert problems == []


def make_every_panel(visit: Appointment) -> None:
    """Something to say for each block of the first page."""
    send(Client(), make_tomorrow(), "phq-9", **PHQ | {"better_off_dead": "1"})
    make_email(about=visit_outbox.about(visit))
    came_back = {"last_error": "550", "due_at": None, "bounced_at": timezone.now()}
    OutgoingEmail.objects.update(status="failed", **came_back)
    OutboxHold.objects.prepare()
    OutboxHold.objects.begin(reason="554 Blocked", doubts_recipients=False)
    ClinicRules.objects.update_or_create(pk=1, defaults={"most_hourly": 1})  # booking rests
    article = make_article()
    Article.objects.update(true_until=timezone.localdate())
    Article.objects.filter(pk=make_draft(slug="waits").pk).update(status="in_review")
    WeeklyHours.objects.all().delete()  # so that nobody can be booked
    said = {"name": "Sam", "email": "sam@example.org", "text": "Thanks."}
    Comment.objects.create(article=article, created_at=timezone.now(), **said)
    make_license(visit.provider, "NY", expires=timezone.localdate())
    make_trouble()
    make_request()
    make_text_page(body=f"<p>It holds {{until {timezone.localdate()}}}.</p>")
    spanish, yesterday = make_article(slug="en-otras-palabras"), timezone.now() - timedelta(days=1)
    translated = {"language": "es", "translation_of": article, "created_at": yesterday}
    Article.objects.filter(pk=spanish.pk).update(**translated)
    Article.objects.filter(pk=article.pk).update(updated_at=timezone.now())
    privacy_requests.ask(visit.patient, "restrict", reason="They asked.", by=make_staff())
    call_list.add("appointment_booked", key="one", about="nothing", appointment=visit)
    make_failed_text()
    thread = make_thread(make_patient(), text="I want to die.")
    raise_alert(thread.patient, thread)
    make_charge(visit, amount=14_900)
    RestoreRun.objects.create(backup_at=timezone.now(), known_until=timezone.now(), notes="One.")


def make_trouble() -> Issue:
    """An issue of which too much came back, and some was refused because of us."""
    issue = make_issue(total=40, holds_bounces=True)
    for number, reader in enumerate(make_readers(3)):
        why = "mailbox: 5.1.1 550 5.1.1 …: Recipient address rejected"
        HardBounce.objects.create(issue=issue, subscriber=reader, status="held", why=why)
        refused = {"kind": "refused", "issue": issue.pk, "why": "5.7.26 550 5.7.26 DMARC"}
        Event.objects.create(source="mailbox", event_id=f"{issue.pk}-{number}", **refused)
    return issue


def test_a_link_in_a_text_is_told_by_more_than_its_color(
    staff_page, live_server, addresses, settings
):
    settings.STRIPE_SECRET_KEY = "sk_test_key"  # nothing is asked of Stripe
    visit = Appointment.objects.filter(status="booked").earliest("starts_at")
    make_every_panel(visit)
    article, comment = Article.objects.published().get(language="en"), Comment.objects.get()
    issue = make_issue()
    addresses |= {
        "article": reverse("admin:articles_article_change", args=[article.pk]),
        "comment": reverse("admin:articles_comment_change", args=[comment.pk]),
        "picture": reverse("admin:articles_imageasset_pick"),
        "issue": reverse("admin:newsletter_issue_change", args=[issue.pk]),
        "sending": reverse("admin:newsletter_issue_send", args=[issue.pk]),
        "topic": reverse("admin:articles_topic_delete", args=[article.topic.pk]),
        "visits": reverse("admin:appointments_appointment_changelist"),
        "visit": reverse("admin:appointments_appointment_change", args=[visit.pk]),
    }
    found = []
    for name, address in addresses.items():
        answer = staff_page.goto(live_server.url + address)
        assert answer.status == 200, name
        found += [f"{name}: {html}" for html in told_by_color_alone(staff_page, "#content")]
        if name == "to do":
            assert staff_page.locator(".panel").count() == len(admin.site._panels)
    assert found == []
