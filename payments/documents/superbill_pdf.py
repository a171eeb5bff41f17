"""A superbill as a PDF, from what was frozen when it was issued. English: insurers read it."""

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.templatetags.appointments import money
from payments.documents import paper
from payments.documents.paper import Paper
from payments.models import Superbill


def as_pdf(bill: Superbill) -> bytes:
    """Return it as a file."""
    with translation.override("en"):
        return paper.as_pdf(_paper(bill.pk, bill.content))


def _paper(number: int, content: dict[str, Any]) -> Paper:
    day = date.fromisoformat(content["service_date"])
    facts = [
        (_("Superbill"), f"S-{number:06d}"),
        (_("Patient"), content["patient"]),
        (_("Date of birth"), _day(content["birth_date"])),
        (_("Provider"), content["provider"]),
        (_("Provider NPI"), content["provider_npi"]),
        (_("Practice NPI"), content["practice_npi"]),
        (_("Tax ID"), content["tax_id"]),
        (_("Date of service"), date_format(day, "m/d/Y")),
        (_("Place of service"), content["place_of_service"]),
        (_("Diagnoses (ICD-10-CM)"), ", ".join(content["diagnoses"])),
    ]
    rows = [
        [
            date_format(day, "m/d/Y"),
            " ".join([line["code"], *line["modifiers"]]),
            line["description"],
            str(line["units"]),
            money(line["cents"]),
        ]
        for line in content["lines"]
    ]
    total = sum(line["cents"] for line in content["lines"])
    return Paper(
        title=_("Statement for insurance (superbill)"),
        facts=[(name, value) for name, value in facts if value],
        head=[_("Date"), _("CPT/HCPCS"), _("Service"), _("Units"), _("Charge")],
        rows=rows,
        totals=[
            (_("Total"), money(total)),
            (_("Paid by the patient"), money(content["paid_cents"])),
            (_("Balance"), money(total - content["paid_cents"])),
        ],
        foot=[_("This is not a bill. The patient may send it to their insurance.")],
        widths=[0.14, 0.2, 0.36, 0.1, 0.2],
    )


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "m/d/Y")
