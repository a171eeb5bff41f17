"""A word without an end widens no page and no mail: it breaks."""

import pytest
from django.urls import reverse

from appointments.emails import visit_emails
from appointments.waitlist import links as place_links
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.articles.factories import make_article
from tests.articles.test_comments import approved
from tests.factories import make_appointment, make_entry, make_patient, make_service

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "Wmwmwmwmwm" * 6
PHONES = [320, 390]


@pytest.fixture
def widths(browser, live_server):
    """How wide an address, or a text of HTML, is on phones of these widths."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    def measure(what: str) -> list[int]:
        found = []
        for width in PHONES:
            page.set_viewport_size({"width": width, "height": 800})
            if what.startswith("/"):
                page.goto(live_server.url + what)
            else:
                page.goto("about:blank")  # the site's policy would forbid a mail its styles
                page.set_content(what)
            found.append(page.evaluate("document.documentElement.scrollWidth"))
        return found

    yield measure
    context.close()


def test_no_page_and_no_mail_of_somebody_with_a_long_name_is_wider_than_a_phone(widths):
    service = make_service(slug="first-visit", name=WORD)
    who = {"first_name": WORD, "last_name": WORD, "email": f"{'w' * 60}@example.org"}
    named = {"service": service, "booked_for": "other", "booked_by": WORD}
    visit = make_appointment(patient=make_patient(**who), **named)
    place = make_entry(**who, **named)
    visit.provider.name = WORD
    visit.provider.save()
    approved(make_article(slug="open"), name=WORD, text="It helped me.")
    visit_emails.booked(visit)
    pages = [
        *(booking_steps.page_of(visit, step) for step in ("visit", "done", "cancel", "reschedule")),
        place_links.page(place),
        *("/book/tn/", "/book/tn/first-visit/", "/book/tn/first-visit/waitlist/"),
        reverse("articles:comments", args=["open"]),
    ]
    mails = [mail.html for mail in OutgoingEmail.objects.filter(to=who["email"])]
    assert [WORD[:40] in mail for mail in mails] == [True]
    found = {what[:60]: widths(what) for what in pages + mails}
    assert {what: wide for what, wide in found.items() if wide != PHONES} == {}
