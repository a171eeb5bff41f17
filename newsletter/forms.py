"""What visitors and subscribers type. Whether it does anything is for `subscription`."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only
from core.people import email_addresses, form_fields
from newsletter.models import Subscriber, Topic

# After Django's own: spaces, two @, no dot in the domain.
WRONG = _("This does not look like an e-mail address. It should read like name@example.org.")


class AddressField(form_fields.AddressField):
    """An e-mail address in the spelling that mail servers and we compare by."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput({"autocomplete": "email", "inputmode": "email"})
        errors = {"required": _("Please type your e-mail address."), "invalid": WRONG}
        super().__init__(
            label=kwargs.pop("label", _("Your e-mail")),
            max_length=320,
            widget=kwargs.pop("widget", widget),
            error_messages=errors,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        return email_addresses.normalized(super().clean(value))


class SignupForm(forms.Form):
    email = AddressField()
    # What the visitor has been asked about this very address and answered yes to.
    kept = forms.CharField(required=False, max_length=320, widget=forms.HiddenInput)


class TopicsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Topic) -> str:
        name, description = obj.name_i18n, obj.description_i18n
        return f"{name}: {description}" if description else name


class TopicsForm(forms.Form):
    """Which topics they get. Somebody who never chose gets all: all are ticked."""

    topics = TopicsField(
        Topic.objects.none(),
        label=_("What would you like to read about?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Please tick at least one topic. To get no more letters, leave below.")
        },
    )

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Topic.objects.filter(offered=True)
        chosen = list(subscriber.topics.all())
        field = cast(TopicsField, self.fields["topics"])
        field.queryset = offered
        field.initial = chosen or list(offered)
        self.helper = fields_only()


class LanguageForm(forms.Form):
    """In which language they read. Each is named in itself."""

    language = forms.ChoiceField(
        label=_("Which language would you like to read?"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"language": subscriber.language}})
        self.helper = fields_only()


class PauseForm(forms.Form):
    weeks = forms.TypedChoiceField(
        label=_("For how long?"),
        coerce=int,
        choices=[(2, _("2 weeks")), (4, _("4 weeks")), (8, _("8 weeks")), (26, _("6 months"))],
        initial=4,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()


class AddressChangeForm(forms.Form):
    email = AddressField(label=_("Your new e-mail"))
    kept_email = form_fields.KeptAddressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["id"] = "id_new_email"
        self.helper = fields_only()

    def clean_email(self) -> str:
        return form_fields.question_about(self, "email")
