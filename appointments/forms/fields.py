"""Fields of what patients type: a date of birth, and a yes to a text."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.forms import written_dates
from appointments.models import ConsentText
from core import sms
from core.database import database_time
from core.sms import consents as sms_consents
from core.sms import numbers
from core.sms.models import SmsConsentText

EARLIEST_BIRTH = date(1900, 1, 1)


class BirthDateField(forms.DateField):
    """Month, day, year, as people in the US write it, or what a phone's autofill gives.

    A phone shows digits alone for it, and an iPhone no slash: eight of them are enough.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(
                format="%m/%d/%Y",
                attrs={"inputmode": "numeric", "autocomplete": "bday", "maxlength": "24"},
            ),
            error_messages={
                "invalid": _(
                    "Write the date as month, day and year, like 04171988 for April 17, 1988."
                ),
                "required": _("Please write the date of birth, like 04171988 for April 17, 1988."),
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        day = written_dates.read(value, database_time.now().date())
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def clean(self, value: Any) -> Any:
        birth = super().clean(value)
        if birth and birth > database_time.now().date():
            raise ValidationError(_("This date is in the future. Please check the year."))
        if birth and birth < EARLIEST_BIRTH:
            raise ValidationError(_("Please check the year of birth. Write all four digits."))
        return birth


class LanguageField(forms.ChoiceField):
    """In which language somebody is written to, as staff choose it; left out, the default one."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Writes and reads"),
            "choices": settings.LANGUAGES,
            "initial": settings.LANGUAGE_CODE,
            "required": False,
        }
        super().__init__(**usual | kwargs)

    def clean(self, value: Any) -> str:
        return super().clean(value) or settings.LANGUAGE_CODE


class ConsentField(forms.BooleanField):
    """A yes to exactly the version of the text that was on the page."""

    def __init__(
        self, text: ConsentText | SmsConsentText, *, required: bool = True, why: Any = ""
    ) -> None:
        super().__init__(
            label=text.text_i18n,
            required=required,
            widget=ConsentInput(attrs={"value": str(text.pk)}),
            error_messages={
                "required": why,
                "changed": _("We have changed this text. Please read it and agree again."),
            },
        )
        self.text = text
        self.in_other_languages: list[tuple[str, str, str]] = []

    def to_python(self, value: str | bool | None) -> bool:
        if not value:
            return False
        if value != str(self.text.pk):
            raise ValidationError(self.error_messages["changed"], code="changed")
        return True


class ConsentInput(forms.CheckboxInput):
    """Gives the value that was sent, which names the version, and is ticked again for it alone."""

    def __init__(self, attrs: dict) -> None:
        super().__init__(attrs, check_test=lambda value: str(value) == attrs["value"])

    def format_value(self, value: Any) -> None:
        return None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, "")


def asked_consent(text: ConsentText) -> ConsentField:
    """Return the box that a patient ticks before a visit is booked."""
    return ConsentField(text, why=_agree_first(text))


def text_consent() -> ConsentField | None:
    """Return the box of who wants texts, never ticked before; None where the site sends none."""
    text = sms_consents.current_text() if sms.is_configured() else None
    return ConsentField(text, required=False) if text else None


def texts_wanted(form: forms.Form) -> dict[str, Any]:
    """Return what `PatientDetails` is told of texts, as it was ticked in a valid form."""
    wanted = bool(form.cleaned_data.get("by_text"))
    return {"by_text": wanted, "agrees_to_texts": wanted}


def require_textable(form: forms.Form) -> None:
    """Say at the box where texts are wanted at a number that cannot get them."""
    typed = form.cleaned_data
    if typed.get("by_text") and typed.get("phone") and not numbers.textable(typed["phone"]):
        form.add_error(
            "by_text",
            _(
                "We can send texts to mobile numbers of the United States only, without an "
                "extension. Please write such a number, or leave this box empty."
            ),
        )


def spoken_consent(text: ConsentText) -> ConsentField:
    """Return the box that staff tick when the patient agrees to `text` by word."""
    why = _("Please read this to the patient, and tick it when they agree.")
    field = ConsentField(text, why=why)
    field.in_other_languages = _in_other_languages(text)
    return field


def spoken_text_consent() -> ConsentField | None:
    """Return the box that staff tick when the patient wants texts; None where there are none."""
    field = text_consent()
    if field:
        field.in_other_languages = _in_other_languages(field.text)
    return field


def _in_other_languages(text: ConsentText | SmsConsentText) -> list[tuple[str, str, str]]:
    """Return code, name and words of each language that `text` has beside the one of staff."""
    return [
        (code, str(name), words)
        for code, name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE and (words := getattr(text, f"text_{code}"))
    ]


def _agree_first(text: ConsentText) -> Any:
    if text.kind == ConsentText.Kind.EMAIL:
        return _("We need your yes to send you the visit link by e-mail.")
    return _("We need your yes before a visit by video or phone.")
