"""The workflow alone changes a status: views, admin, tasks and commands call it."""

import ast
from functools import cache

import pytest
from django.apps import AppConfig, apps
from django.contrib import admin
from django.db.models import Model
from django.test import RequestFactory

from tests import import_graph
from tests.core.staff.people import make_staff
from tests.status_writes import Fields, status_writes

# The only places that change a status, and what an app's rows are read and written by below them.
WORKFLOW = (
    "appointments.booking",
    "appointments.patient_records",
    "appointments.calls",
    "appointments.waitlist",
    "articles.publishing",
    "articles.comments",
    "pages.text_pages.publishing",
    "newsletter.subscription",
    "newsletter.issues.workflow",
    "newsletter.delivery",
    "newsletter.transfer.uploads",
    "payments.collection",
    "core.mail",
    "core.outbox",
    "core.sms",
    "core.webhooks",
)
EXCUSED = {
    "gone.email, gone.status, gone.sequence = was, Status.CANCELLED, appointment.sequence - 1": (
        "a copy that is never saved, for the calendar of a former address"
    ),
    "moved += same.update(**{column.field: value})": "an encrypted column: no status is one",
    'setattr(holder, name, assets.get(getattr(holder, f"{name}_id")))': "a cover, or a photo",
}
ARE_STATUS = ("status", "state")  # a state of the US is none: its choices tell it apart


@cache
def status_fields(model: type[Model]) -> frozenset[str]:
    found = (field for field in model._meta.local_fields if field.name in ARE_STATUS)
    return frozenset(field.name for field in found if "TN" not in dict(field.flatchoices or ()))


def ours() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in TOPS]


TOPS = ("appointments", "articles", "newsletter", "pages", "payments", "core", "curednation")


@cache
def fields_of(app: AppConfig | None) -> Fields:
    """What a module of this app may write: where its model is unclear, its own app's fields."""
    own = [model for model in ours() if app and model._meta.app_config is app]
    return Fields(
        models={model.__name__: status_fields(model) for model in ours()},
        tables={model._meta.db_table: status_fields(model) for model in ours()},
        unclear=frozenset({"status"}).union(*map(status_fields, own)),
    )


def app_of(module: str) -> AppConfig | None:
    return apps.get_containing_app_config(module)


def test_the_fields_are_found():
    found = {model.__name__: status_fields(model) for model in ours() if status_fields(model)}
    assert found.keys() >= {
        *("Appointment", "WaitlistEntry", "WaitlistOffer", "Article", "Comment"),
        *("Issue", "Delivery", "Subscriber", "HardBounce", "OutgoingEmail"),
    }
    assert "Licence" not in found
    assert found["Appointment"] == {"status"}


@pytest.mark.parametrize("top", TOPS)
def test_the_workflow_alone_changes_a_status(top):
    found = [
        f"{module}:{line}: {text}"
        for module in import_graph.inside(top)
        if not import_graph.within(module, *WORKFLOW)
        for line, text in writes_of(module)
        if text not in EXCUSED
    ]
    assert found == [], "Call a function of the workflow."


def test_what_is_excused_is_still_there_and_the_workflow_does_write():
    """Else the test above would excuse, or find, nothing any more."""
    found = {text for module in import_graph.modules() for _line, text in writes_of(module)}
    assert found >= EXCUSED.keys()
    for package in WORKFLOW:
        assert any(writes_of(module) for module in import_graph.inside(package)), package


def writes_of(module: str) -> list[tuple[int, str]]:
    """The lines that give a row a status, with their text."""
    lines = import_graph.path_of(module).read_text().splitlines()
    found = status_writes(import_graph.modules()[module], fields_of(app_of(module)))
    return [(line, lines[line - 1].strip()) for line in found]


# ── what is told apart ──

VISITS = Fields(
    models={
        "Appointment": frozenset({"status"}),
        "Provider": frozenset(),
        "OutgoingEmail": frozenset({"state"}),
    },
    tables={
        "appointments_appointment": frozenset({"status"}),
        "appointments_provider": frozenset(),
        "mail_outgoingemail": frozenset({"state"}),
    },
    unclear=frozenset({"status"}),
)
WRITTEN = """
visit.status = "booked"
visit.starts_at, visit.status = now, "booked"
visit.status += "x"
visit.patient.visit.status: str = "booked"
for visit.status in ["booked"]: pass
with opened as visit.status: pass
del visit.status
setattr(visit, "status", "booked")
setattr(visit, name, "booked")
object.__setattr__(visit, "status", "booked")
vars(visit)["status"] = "booked"
visit.__dict__["status"] = "booked"
visit.__dict__.update(status="booked")
visit.__dict__.update({"status": "booked"})
Appointment(status="booked")
Appointment(**{"status": "booked"})
Appointment.objects.create(status="booked")
Appointment.objects.update(status=F("was"))
Appointment.objects.update(status=Case(When(pk=1, then=Value("booked"))))
Appointment.objects.filter(pk=1).update(**{"status": "booked"})
Appointment.objects.filter(pk=1).update(**{"sequence": 1} | {"status": "booked"})
Appointment.objects.filter(pk=1).update(**{"sequence": 1, **{"status": "booked"}})
Appointment.objects.filter(pk=1).update(**dict(status="booked"))
Appointment.objects.filter(pk=1).update(**dict({"status": "booked"}))
Appointment.objects.filter(pk=1).update(**({"status": "booked"} if late else {}))
Appointment.objects.filter(pk=1).update(**{f"stat{us}": "booked"})
Appointment.objects.filter(pk=1).update(**changes)
Appointment.objects.filter(pk=1).update(**changes(visit))
Appointment.objects.get_or_create(pk=1, defaults={"status": "booked"})
Appointment.objects.update_or_create(pk=1, defaults=changes)
Appointment.objects.update_or_create(pk=1, create_defaults={"status": "booked"})
Appointment.objects.bulk_create([Appointment(status="booked")])
Appointment.objects.bulk_create(rows, update_conflicts=True, update_fields=["status"])
Appointment.objects.bulk_update(rows, ["sequence", "status"])
Appointment.objects.bulk_update(rows, fields=("status",))
await Appointment.objects.filter(pk=1).aupdate(status="booked")
await Appointment.objects.abulk_update(rows, ["status"])
provider.appointments.update(status="booked")
self.filter(pk=1).update(status="booked")
visit.save(update_fields=["status"])
await visit.asave(update_fields={"status"})
super().save(update_fields=("held_until", "status"))
changes = {"status": "booked"}; visits.update(**changes)
changes = {}; changes["status"] = "booked"; visits.update(**changes)
changes = {}; changes |= {"status": "booked"}; visits.update(**changes)
changes = {"sequence": 1}; changes = changes | {"status": "booked"}; visits.update(**changes)
NAME = "status"; setattr(visit, NAME, "booked")
cursor.execute("UPDATE appointments_appointment SET status = 'booked' WHERE id = 1")
cursor.execute("update appointments_appointment as a set sequence = 1, status='x' from b")
cursor.execute('UPDATE "appointments_appointment" SET "status" = 1')
cursor.execute(f"UPDATE {table} SET held_until = NULL, status = %s WHERE {where}")
cursor.execute("UPDATE appointments_appointment SET " + "status = 'booked'")
cursor.execute("INSERT INTO appointments_appointment (id, status) VALUES (1, 'booked')")
cursor.execute("INSERT INTO x (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET status = 'booked'")
cursor.execute("MERGE INTO x USING y ON z WHEN MATCHED THEN UPDATE SET status = 'booked'")
cursor.execute("SELECT 1 FROM x FOR UPDATE; UPDATE appointments_appointment SET status = 'x'")
COPY = "COPY appointments_appointment (id, status) FROM STDIN"
OutgoingEmail.objects.update(state="sent")
email: OutgoingEmail = found(); email.state = "sent"
email = OutgoingEmail.objects.get(pk=1); email.state = "sent"
OutgoingEmail.objects.filter(pk=1).update(**{"state": "sent"})
cursor.execute("UPDATE mail_outgoingemail SET state = 'sent'")
"""
READ = """
Appointment.objects.filter(status="booked", **asked)
Appointment.objects.exclude(status="booked").values_list("status")
Q(status="booked") | Q(state="TN")
visit.status
if visit.status == "booked": pass
status = visit.status
getattr(visit, "status")
context = {"status": visit.status}
render(request, "page.html", {"status": 1}, status=409)
HttpResponse("No", status=404)
Appointment.objects.update(sequence=F("sequence") + 1)
Appointment.objects.filter(status="held").update(held_until=None)
Appointment.objects.filter(pk=1).update(**{"sequence": 1})
changes = {"sequence": 1}; Appointment.objects.update(**changes)
Appointment(**{name: 1 for name in ("sequence", "zone")})
Appointment.objects.bulk_update(rows, ["sequence"])
visit.save(update_fields=["sequence"])
setattr(visit, "sequence", 1)
NAME = "_told"; setattr(visit, NAME, 1)
Provider.objects.update(**changes)
provider = Provider.objects.get(pk=1); setattr(provider, name, 1)
found = set(); found.update(rows)
context.update({"status": 1})
visit.state = "TN"
Appointment.objects.create(state="TN")
Appointment.objects.update(**{"state": "TN"})
visits.update(state="TN")
cursor.execute("UPDATE appointments_appointment SET state = 'TN' WHERE status = 'held'")
cursor.execute("SELECT status FROM appointments_appointment WHERE status = 'held' FOR UPDATE")
cursor.execute("INSERT INTO appointments_provider (state) SELECT status FROM x")
"""


@pytest.mark.parametrize("source", WRITTEN.strip().splitlines())
def test_what_gives_a_row_a_status_is_found(source):
    assert status_writes(ast.parse(source), VISITS) == [1]


@pytest.mark.parametrize("source", READ.strip().splitlines())
def test_what_gives_none_is_not(source):
    assert status_writes(ast.parse(source), VISITS) == []


def test_what_stands_in_a_function_is_its_own():
    source = """
class AppointmentQuerySet(models.QuerySet["OutgoingEmail"]):
    def done(self, email: "OutgoingEmail | None", visit: Appointment, **changes):
        self.update(state="sent")
        email.state = "sent"
        visit.state = "TN"
        visit.sequence = 1
class Answer:
    def __init__(self):
        self.status = 200
def other(email, visit):
    email.state = "TN"
    visit.status = "booked"
"""
    assert status_writes(ast.parse(source), VISITS) == [4, 5, 13]


# ── what staff could type ──


@pytest.mark.django_db
def test_no_form_of_the_admin_offers_a_status():
    request = RequestFactory().get("/admin/")
    request.user = make_staff(is_superuser=True)
    for model, model_admin in admin.site._registry.items():
        offered = set(model_admin.list_editable)
        if model_admin.has_change_permission(request):
            offered |= set(model_admin.get_form(request, change=True).base_fields)
        if model_admin.has_add_permission(request):
            offered |= set(model_admin.get_form(request).base_fields)
        assert not offered & status_fields(model), model
