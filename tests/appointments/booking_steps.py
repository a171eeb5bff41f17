"""The steps of booking, for tests that need a visitor somewhere on the way."""

from datetime import date, datetime

from appointments import links
from appointments.booking.patients import PatientDetails
from appointments.models import Appointment, Service
from tests.visitor import Page, Visitor

DETAILS: dict[str, str | bool] = {
    "booked_for": "self",
    "first_name": "Grace",
    "last_name": "Whitfield",
    "birth_date": "04/17/1988",
    "phone": "615-555-0117",
    "email": "grace@example.org",
    "contact": "email",
    "agree_telehealth": True,
    "agree_email": True,
}
# The same person, as the workflow is given her.
GRACE = PatientDetails(
    first_name="Grace",
    last_name="Whitfield",
    birth_date=date(1988, 4, 17),
    email="grace@example.org",
    phone="+16155550117",
    contact="email",
    zone="America/Chicago",
)


def slot(starts_at: datetime) -> str:
    """Return the value of the button of a start."""
    return f"{starts_at:%Y-%m-%dT%H:%MZ}"


def times_page(visitor: Visitor, service: Service, state: str = "tn", query: str = "") -> Page:
    return visitor.get(f"/book/{state}/{service.slug}/{query}")


def csrf_token(visitor: Visitor) -> dict[str, str]:
    """Return what every form of this visitor carries against forged requests."""
    form = visitor.get("/appointments/lost-link/").form_with("csrfmiddlewaretoken")
    return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"]}


def hold_time(
    visitor: Visitor, service: Service, starts_at: datetime, state: str = "tn", **also: str
) -> Page:
    """Press that time. Returns the details page, or the one of a time that was taken."""
    sent = csrf_token(visitor) | {"slot": slot(starts_at)} | also
    return visitor.post(f"/book/{state}/{service.slug}/", sent)


def book(visitor: Visitor, service: Service, starts_at: datetime, **answers: str | bool) -> Page:
    """Go from the times to the done page."""
    page = hold_time(visitor, service, starts_at)
    assert page.status == 200, page.text
    return fill_in(visitor, page, **answers)


def fill_in(visitor: Visitor, page: Page, **answers: str | bool) -> Page:
    """Fill in the details page and send it."""
    return visitor.submit(page, press="Book this visit", **DETAILS | answers)


def page_of(visit: Appointment, step: str) -> str:
    """Return the path of a page of this visit: by its mailed link, where a mail has one."""
    return links.handed_page(visit) if step == "done" else links.page(visit, step)
