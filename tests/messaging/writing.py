"""Messages for tests: written as a patient or the staff would, or made through the workflow."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from reportlab.pdfgen import canvas

from appointments.models import Patient
from core.staff.models import User
from messaging import drafts, workflow
from messaging.models import Thread
from portal.models import PatientAccount
from tests.factories import make_patient
from tests.portal.signing_in import make_account

NEW = "/me/messages/new/"
WORDS = "Canarywords: may I take it in the morning?"


def make_thread(
    patient: Patient | None = None,
    *,
    account: PatientAccount | None = None,
    topic: str = "care",
    text: str = WORDS,
) -> Thread:
    """A thread that a patient has begun by their account."""
    patient = patient or make_patient()
    account = account or make_account(patient)
    draft = drafts.keep(drafts.of_patient(account, None), text, patient=patient, topic=topic)
    return workflow.send_from_patient(draft)


def write(thread: Thread, text: str = WORDS) -> Thread:
    """The patient writes in it once more."""
    draft = drafts.of_patient(PatientAccount.objects.get(pk=thread.account_id), thread)
    return workflow.send_from_patient(drafts.keep(draft, text))


def answer(thread: Thread, by: User, text: str = "Yes, in the morning.") -> Thread:
    """Somebody of the staff answers it."""
    draft = drafts.keep(drafts.of_staff(by, thread), text)
    return workflow.send_from_clinic(draft, by=by, seen=workflow.last_key(thread))


def sent(**typed: Any) -> dict[str, Any]:
    """What a patient posts who presses Send."""
    return {"topic": "care", "text": WORDS, "send": "1"} | typed


def picture(name: str = "Canarypicture.jpg", **exif: Any) -> SimpleUploadedFile:
    """A photograph that says where it was taken."""
    out, told = io.BytesIO(), Image.Exif()
    told[0x010E] = "Canaryplace"
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG", exif=told.tobytes())
    return SimpleUploadedFile(name, out.getvalue(), content_type="text/html")


def pdf_bytes(**options: Any) -> bytes:
    """A PDF of one page."""
    out = io.BytesIO()
    page = canvas.Canvas(out, **options)
    page.drawString(72, 720, "A letter")
    page.save()
    return out.getvalue()


def pdf(content: bytes = b"", name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or pdf_bytes(), content_type="application/pdf")
