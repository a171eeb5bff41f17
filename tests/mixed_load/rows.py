"""What the clinic of the drill has before its day begins: providers, readers, staff, a letter."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from appointments.models import ClinicRules, Provider, Service
from newsletter import tasks
from newsletter.issues import workflow
from newsletter.models import Issue
from tests.core.staff.people import enroll, make_staff
from tests.factories import make_appointment, make_patient, make_provider, make_service
from tests.newsletter.factories import make_consent_text
from tests.pages.factories import make_practice

PROVIDERS = 8
ARRIVING = 120  # patients whom the desk checks in
TEXT = "<h2>What is new</h2>" + "<p>We open on Saturdays from now on. Come and see us.</p>" * 20


@dataclass(frozen=True)
class Clinic:
    service: Service
    providers: list[Provider]
    staff: str  # their address
    secret: str  # of their authenticator app
    arriving: list[int]


def make(readers: int) -> Clinic:
    """Write all of it, for the site's role."""
    make_practice()
    make_consent_text()
    # Open day and night, so that there are more times than the drill can take.
    providers = [
        make_provider(hours="00:00-00:00", email=f"p{n}@clinic.test") for n in range(PROVIDERS)
    ]
    service = make_service(slug="first-visit", providers=providers, horizon_days=60)
    # No crowd is unusual here: what is tried is a busy day, not an attack.
    ClinicRules.objects.create(most_hourly=30_000, most_unproved=30_000)
    user = make_staff("front desk")
    _make_readers(readers)
    return Clinic(service, providers, user.email, enroll(user), _make_arriving())


def _make_arriving() -> list[int]:
    """Visits of the next hours, which the front desk can check in."""
    desk = make_provider(hours="00:00-00:00")
    quick = make_service(minutes=5, step=5, providers=[desk])
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    return [
        make_appointment(
            service=quick,
            provider=desk,
            patient=make_patient(first_name="Ada", email=f"ada{n}@patients.test"),
            starts_at=begin + timedelta(minutes=5 * n),
        ).pk
        for n in range(ARRIVING)
    ]


def _make_readers(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO newsletter_subscriber
                (email, address_hash, key, status, language, created_at, joined_at, soft_bounces)
            SELECT 'reader' || n || '@mail' || n %% 50 || '.test', md5(n::text),
                   substr(md5('key' || n), 1, 22), 'active', 'en', now(), now(), 0
              FROM generate_series(1, %s) AS n
            """,
            [count],
        )
        cursor.execute("ANALYZE newsletter_subscriber")


def send_an_issue(number: int) -> Issue:
    """Send it as staff do, with the minute cut short in which they can take it back."""
    values = {"subject": f"News number {number}", "slug": f"news-{number}", "body": TEXT}
    issue = Issue.objects.create(**values, preview="What is new")
    workflow.send_soon(issue)
    Issue.objects.filter(pk=issue.pk).update(send_at=Now())
    tasks.sweep()
    return issue
