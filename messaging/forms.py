"""What a patient types in a message. What becomes of it is for `workflow`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from core.form_looks import fields_only
from messaging.models import Topic
from messaging.models.threads import LONGEST
from messaging.uploads.files import ACCEPTED


class ManyFilesInput(forms.ClearableFileInput):
    """A file dialog in which several files can be chosen."""

    allow_multiple_selected = True


class MessageForm(forms.Form):
    """An answer in a thread: a text, and files that are kept beside it as soon as they arrive."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 7, "dir": "auto"}),
        error_messages={
            "max_length": _("At most %(limit_value)d characters fit; yours has %(show_value)d."),
        },
    )
    uploads = forms.Field(
        label=_("Add pictures or PDFs"),
        required=False,
        widget=ManyFilesInput({"accept": ACCEPTED, "multiple": True}),
        help_text=_("Five files at most, pictures of 15 MB and PDFs of 10 MB."),
    )

    def __init__(self, *args: Any, has_files: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_files = has_files
        self.helper = fields_only(*self.fields)

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if "text" in cleaned and not cleaned["text"].strip() and not self.has_files:
            self.add_error("text", ValidationError(_("Please write your message first.")))
        return cleaned


class NewThreadForm(MessageForm):
    """The first message of a matter: of whom it is, where that is a question, and about what."""

    patient = forms.ChoiceField(
        label=_("Whom is it about?"),
        error_messages={
            "required": _("Please choose whom it is about."),
            "invalid_choice": _("Please choose whom it is about."),
        },
    )
    topic = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[("", _("Please choose")), *Topic.choices],
        error_messages={
            "required": _("Please choose what it is about, so that it reaches whoever knows.")
        },
    )
    field_order = ("patient", "topic", "text", "uploads")

    def __init__(self, *args: Any, records: list[Patient], own: Patient | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["patient"]
        field.choices = [(str(record.pk), _named(record, own)) for record in records]
        if len(records) == 1:
            field.widget, field.required = forms.HiddenInput(), False
            field.initial = str(records[0].pk)
        else:
            field.choices = [("", _("Please choose")), *field.choices]


def _named(record: Patient, own: Patient | None) -> Any:
    if own is not None and record.pk == own.pk:
        return _("Myself")
    return str(record)
