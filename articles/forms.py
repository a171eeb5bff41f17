"""What readers type. Forms check it; who may write, and how often, is for the views."""

from typing import Any

from crispy_forms.layout import Column, Field, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models.comments import LONGEST_COMMENT, LONGEST_SENTENCE
from core.form_looks import fields_only
from core.people.form_fields import AddressField, KeptAddressField, NameField, question_about


class CommentForm(forms.Form):
    """Plain text, kept as it was typed. `to` names the comment that it answers."""

    name = NameField(
        label=_("Name to show"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "nickname"}),
        help_text=_("A first name or a letter is fine."),
        error_messages={"required": _("Write a name to show. A letter is enough.")},
    )
    email = AddressField(
        label=_("E-mail, if you like"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_(
            "Never shown. We use it once or twice: when your comment appears or is answered."
        ),
        error_messages={"invalid": _("This address is not complete. Check it, or leave it empty.")},
    )
    kept_email = KeptAddressField()
    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea({"rows": 5}),
        error_messages={
            "required": _("Write your comment first."),
            "max_length": _("At most %(limit_value)d characters fit; yours has %(show_value)d."),
        },
    )
    to = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "comment_%s")
        super().__init__(*args, **kwargs)
        self.helper = fields_only(
            Row(Column("name", css_class="col-md-6"), Column("email", css_class="col-md-6")),
            "kept_email",
            "text",
            Field("to"),
        )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_email(self) -> str:
        return question_about(self, "email")


class FeedbackForm(forms.Form):
    """Yes or no by the button that was pressed; then, with the token of that, a sentence."""

    helpful = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], required=False)
    answer = forms.CharField(max_length=120, required=False)
    sentence = forms.CharField(
        label=_("One sentence, if you like"),
        max_length=LONGEST_SENTENCE,
        required=False,
        error_messages={
            "max_length": _("At most %(limit_value)d characters fit; yours has %(show_value)d.")
        },
    )

    def clean_sentence(self) -> str:
        return " ".join(self.cleaned_data["sentence"].split())

    def clean(self) -> None:
        """Ask for one of the two."""
        said = self.cleaned_data.get("helpful") or self.cleaned_data.get("answer")
        if not said and "helpful" not in self.errors:
            self.add_error("helpful", self.fields["helpful"].error_messages["required"])
