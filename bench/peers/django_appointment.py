"""What django-appointment 3.12 does in its own virtual environment: its grid and its booking.

Run by bench/peer.py with a database address; prints JSON: seconds of one grid of 30 days × 10
people, its queries, and the milliseconds of one core that the two POSTs take with which somebody
without an account asks for a time. (They have booked nothing yet: a code was mailed.)
"""

import datetime
import json
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

address = urlsplit(sys.argv[1])
settings.configure(
    SECRET_KEY="only-for-measuring",  # noqa: S106
    USE_TZ=True,
    TIME_ZONE="America/New_York",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["testserver"],
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    LOGGING={"version": 1, "root": {"level": "CRITICAL"}},
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path.lstrip("/"),
            "USER": address.username or "",
            "PASSWORD": address.password or "",
            "HOST": sys.argv[2] or address.hostname or "",
            "PORT": address.port or "",
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.sites",
        "phonenumber_field",
        "appointment",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    APPOINTMENT_BASE_TEMPLATE="base.html",
    APPOINTMENT_SLOT_DURATION=30,
)
django.setup()

from appointment import models, services  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path  # noqa: E402

PEOPLE, DAYS, A_DAY = 10, 30, 8
BOOKINGS = 50
urlpatterns = [path("", include("appointment.urls"))]
TOMORROW = datetime.date.today() + datetime.timedelta(days=1)


def prepare():
    call_command("migrate", "auth", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # its wheel carries no migrations
    service = models.Service.objects.create(
        name="Visit", duration=datetime.timedelta(minutes=30), price=0
    )
    users = get_user_model().objects
    client = users.create(username="client")
    people = []
    for number in range(PEOPLE):
        person = models.StaffMember.objects.create(
            user=users.create(username=f"person-{number}"), slot_duration=30,
            work_on_saturday=True, work_on_sunday=True,
        )  # fmt: skip
        person.services_offered.add(service)
        models.WorkingHours.objects.bulk_create(
            models.WorkingHours(
                staff_member=person, day_of_week=day,
                start_time=datetime.time(9), end_time=datetime.time(17),
            )
            for day in range(7)
        )  # fmt: skip
        people.append(person)
    requests = models.AppointmentRequest.objects.bulk_create(
        models.AppointmentRequest(
            date=TOMORROW + datetime.timedelta(days=day),
            start_time=datetime.time(9 + number), end_time=datetime.time(9 + number, 30),
            service=service, staff_member=person, id_request=f"{person.pk}-{day}-{number}",
        )
        for person in people for day in range(DAYS) for number in range(A_DAY)
    )  # fmt: skip
    models.Appointment.objects.bulk_create(
        models.Appointment(client=client, appointment_request=request, id_request=str(request.pk))
        for request in requests
    )
    return service, people


def grid(service, people):
    found = 0
    for person in people:
        for number in range(DAYS):
            day = TOMORROW + datetime.timedelta(days=number)
            weekday = (day.weekday() + 1) % 7
            found += len(services.get_available_slots_for_staff(day, person, weekday, service))
    return found


def book(service, person, number):
    client = Client()
    sent = {
        "date": TOMORROW + datetime.timedelta(days=DAYS + 1 + number // 14),
        "start_time": f"{9 + number % 14 // 2}:{number % 2 * 30:02}",
        "end_time": f"{9 + (number % 14 + 1) // 2}:{(number + 1) % 2 * 30:02}",
        "service": service.pk,
        "staff_member": person.pk,
    }
    answer = client.post("/request-submit/", sent)
    assert answer.status_code == 302, answer.status_code
    details = {
        "name": f"Jordan Example {number}", "email": f"jordan{number}@example.org",
        "phone_0": "US", "phone_1": "6155550142", "address": "1 Main St", "payment_type": "full",
    }  # fmt: skip
    answer = client.post(answer["Location"], details)
    assert answer.status_code == 302, answer.status_code


def booking(service, person):
    """Milliseconds of one core that the two POSTs take, those of the database apart."""
    book(service, person, 0)
    began = time.process_time()
    for number in range(1, BOOKINGS + 1):
        book(service, person, number)
    return (time.process_time() - began) * 1000 / BOOKINGS


def main():
    service, people = prepare()
    with CaptureQueriesContext(connection) as queries:
        found = grid(service, people)
    began = time.perf_counter()
    grid(service, people)
    seconds = time.perf_counter() - began
    result = {"seconds": seconds, "queries": len(queries), "found": found}
    print(json.dumps(result | {"booking": booking(service, people[0])}))


main()
