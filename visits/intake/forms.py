"""The forms of a visit as Django's forms: what each asks, and what it needs before it is sent.

What somebody has typed is kept as it is, finished or not (`visits.intake.answers`); a form is asked
to check it only when it is sent.
"""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only
from core.people.form_fields import NameField
from core.people.phone_numbers import PhoneField
from visits.intake import wording
from visits.intake.screeners import AUDIT_C, GAD_7, PHQ_9, Screener

LONGEST_TEXT = 2000
WHEN = [
    ("", _("Please choose")),
    ("never", _("Never, or not in the last year")),
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("week", _("2 to 7 days ago")),
    ("month", _("1 to 4 weeks ago")),
    ("longer", _("Longer ago")),
    ("skip", _("I would rather say it in the visit")),
]
SUBSTANCES: dict[str, Any] = {
    "fentanyl_heroin": _("Fentanyl or heroin"),
    "pain_pills": _("Opioid pain pills, such as oxycodone or hydrocodone"),
    "methadone": _("Methadone"),
    "buprenorphine": _("Buprenorphine, such as Suboxone"),
    "kratom": _("Kratom or 7-OH"),
    "alcohol": _("Alcohol"),
    "benzodiazepines": _("Benzodiazepines, such as Xanax or Klonopin"),
    "sleep_nerve": _("Gabapentin, pregabalin or sleeping pills"),
    "stimulants": _("Cocaine, meth or other stimulants"),
    "cannabis": _("Cannabis"),
    "tobacco": _("Tobacco or vapes"),
}


def _long(label: Any, *, rows: int = 3, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea({"rows": rows, "autocomplete": "off"})
    return forms.CharField(
        label=label, max_length=LONGEST_TEXT, widget=widget, **{"required": False} | kwargs
    )


def _short(label: Any, *, autocomplete: str = "off", **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(
        label=label, max_length=120, widget=widget, **{"required": False} | kwargs
    )


def _phone(label: Any, **kwargs: Any) -> PhoneField:
    widget = forms.TextInput({"type": "tel", "autocomplete": "off", "maxlength": "40"})
    return PhoneField(label=label, widget=widget, **kwargs)


def _one_of(label: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, **{"required": False} | kwargs
    )


class IntakeForm(forms.Form):
    """One page of questions. `version` changes when what is asked does."""

    version = 1

    @property
    def helper(self) -> FormHelper:
        """Return how the form looks. Made only when it is shown."""
        return fields_only()


class ReasonForm(IntakeForm):
    """Why somebody comes, in their words."""

    reason = _long(
        _("What would you like help with?"),
        rows=4,
        required=True,
        help_text=_("In your own words. A sentence is enough."),
        error_messages={
            "required": _("Please write a few words, or choose “Say it in the visit” below.")
        },
    )
    goals = _long(_("What would you like to be different in three months?"))
    earlier_treatment = _long(
        _("Have you had treatment before? What helped, and what did not?"),
        help_text=_("Medicines, programs, groups, stays. With the year, if you know it."),
    )
    overdose = _one_of(
        _("Have you ever had an overdose?"),
        [
            ("no", _("No")),
            ("year", _("Yes, in the last 12 months")),
            ("before", _("Yes, longer ago")),
            ("skip", _("I would rather say it in the visit")),
        ],
    )


class HealthForm(IntakeForm):
    """What a prescriber has to know beforehand."""

    medicines = _long(
        _("Which medicines do you take?"),
        rows=4,
        help_text=_("Name and dose, one on each line. Vitamins and herbs too. None? Write “none”."),
    )
    allergies = _long(
        _("Are you allergic to any medicine?"),
        help_text=_("Which one, and what happened. None? Write “none”."),
    )
    conditions = _long(
        _("Do you have any illness that we should know of?"),
        help_text=_("Such as liver, heart, lungs, seizures, diabetes, hepatitis or HIV."),
    )
    pregnancy = _one_of(
        _("Are you pregnant, or could you be?"),
        [
            ("no", _("No")),
            ("yes", _("Yes")),
            ("maybe", _("It is possible")),
            ("nursing", _("I am breastfeeding")),
            ("skip", _("I would rather say it in the visit")),
        ],
        help_text=_("Treatment goes on in pregnancy; which medicine we choose depends on it."),
    )


class LastUseForm(IntakeForm):
    """When each substance was last taken: by it the clinician knows when a medicine can begin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in SUBSTANCES.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=WHEN, required=False)
        self.fields["more"] = _long(
            _("How much, how, and anything else?"),
            help_text=_("Such as “two bags a day, smoked”. The hour of the last time helps most."),
        )


class PharmacyForm(IntakeForm):
    """Where medicine is to be sent."""

    name = _short(
        _("Name of the pharmacy"),
        required=True,
        help_text=_("Not sure? A large one near you is fine. You can still change it."),
        error_messages={
            "required": _("Please write its name, or choose “Say it in the visit” below.")
        },
    )
    town = _short(_("Street or town"))
    phone = _phone(_("Its phone number"), required=False)
    in_stock = _one_of(
        _("Does it have your medicine in stock?"),
        [
            ("yes", _("Yes, I asked")),
            ("no", _("No")),
            ("unknown", _("I have not asked")),
        ],
        help_text=_("Not every pharmacy keeps every medicine. A call before saves a trip."),
    )


class EmergencyContactForm(IntakeForm):
    """Whom to call when somebody is in danger."""

    name = NameField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("We call only if we believe you are in danger, and say no more than we must."),
        error_messages={
            "required": _("Please write a name, or choose “Say it in the visit” below.")
        },
    )
    relation = _short(_("Who are they to you?"), help_text=_("Such as sister, friend, sponsor."))
    phone = _phone(
        _("Phone number"),
        error_messages={"required": _("Please write the number that reaches them.")},
    )


class PaymentForm(IntakeForm):
    """How the visit is paid for."""

    how = _one_of(
        _("How would you like to pay?"),
        [
            ("insurance", _("With my insurance")),
            ("self", _("By myself")),
            ("unsure", _("I am not sure yet")),
        ],
        required=True,
        error_messages={"required": _("Please choose one.")},
    )
    insurer = _short(_("Insurance company"), help_text=_("As it stands on the card."))
    plan = _short(_("Plan"))
    member_id = _short(_("Member ID"))
    holder = _short(_("Whose insurance is it, if not yours?"))

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if cleaned.get("how") == "insurance" and not cleaned.get("insurer"):
            self.add_error("insurer", _("Please write the name of the company."))
        return cleaned


class ScreenerForm(IntakeForm):
    """The items of a screener, in its published words. It is scored only when all are answered."""

    screener: Screener

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in self.screener.items:
            self.fields[item.key] = forms.ChoiceField(
                label=wording.ITEMS[self.screener.slug][item.key],
                choices=wording.choices(item.key, item.points),
                widget=forms.RadioSelect,
                help_text=wording.HELP.get(item.key, ""),
                error_messages={"required": _("Please choose one.")},
            )

    @property
    def stem(self) -> Any:
        """Return what stands above all items."""
        return wording.STEMS[self.screener.slug]

    def points(self) -> dict[str, int]:
        """Return the points of each item. Only for a valid form."""
        return {name: int(value) for name, value in self.cleaned_data.items()}


class AuditCForm(ScreenerForm):
    screener, version = AUDIT_C, AUDIT_C.version


class Phq9Form(ScreenerForm):
    screener, version = PHQ_9, PHQ_9.version


class Gad7Form(ScreenerForm):
    screener, version = GAD_7, GAD_7.version


FORM_CLASSES: dict[str, type[IntakeForm]] = {
    "reason": ReasonForm,
    "health": HealthForm,
    "last-use": LastUseForm,
    AUDIT_C.slug: AuditCForm,
    PHQ_9.slug: Phq9Form,
    GAD_7.slug: Gad7Form,
    "pharmacy": PharmacyForm,
    "emergency-contact": EmergencyContactForm,
    "payment": PaymentForm,
}
