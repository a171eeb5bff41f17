"""The forms of an issue: its editor, and when it is to be sent."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import article_library
from core.article_library import Card
from core.languages.speaking import name_of, speaking
from core.practice.models import US_ZONES, Practice
from core.richtext import sanitizer as html_in
from core.richtext.editor import Editor
from core.staff.models import User
from core.validation import dates
from newsletter.admin.card_order import CardOrder, OrderedChoiceField
from newsletter.models import Issue

OFFERED = 300
MOST_TESTS = 20  # each is sent while somebody waits for the page
RESERVED = {"feed"}


def _newest(language: str) -> list[Card]:
    with speaking(language):
        return article_library.current().newest(OFFERED)


def _title(card: Card) -> str:
    """Return the title, with its language where that is not the site's first."""
    is_first = card.language in ("", settings.LANGUAGE_CODE)
    return card.title if is_first else f"{card.title} ({name_of(card.language)})"


class IssueForm(forms.ModelForm):
    """Cleans the text, and offers the articles that readers can see."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        help_text=_("Only subscribers who read this language get it."),
    )
    articles = OrderedChoiceField(
        label=_("Articles"),
        coerce=int,
        required=False,
        widget=CardOrder,
        help_text=_("Shown as cards below the text, in this order."),
    )

    class Meta:
        model = Issue
        fields = [
            "subject",
            "preview",
            "language",
            "slug",
            "body",
            "articles",
            "topics",
            "joined_since",
            "in_archive",
        ]
        widgets = {
            "subject": forms.TextInput({"size": 80}),
            "preview": forms.TextInput({"size": 80}),
            "body": Editor({"rows": 24, "cols": 100}),
            "topics": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "articles" in self.fields:
            cards = [card for code, _name in settings.LANGUAGES for card in _newest(code)]
            known = {card.pk for card in cards}
            cards += article_library.current().cards(set(self.instance.articles) - known)
            field = cast(OrderedChoiceField, self.fields["articles"])
            field.choices = [(card.pk, _title(card)) for card in cards]

    def clean_body(self) -> str:
        try:
            return html_in.clean(
                self.cleaned_data["body"], is_ours=article_library.current().is_picture
            )
        except html_in.Refused as error:
            raise ValidationError(str(error)) from error

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())


class TestForm(forms.Form):
    """Which colleagues get it to look at. Nobody else can: no address is typed."""

    to = forms.ModelMultipleChoiceField(
        label=_("To"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
        mine_first = Case(When(pk=user.pk, then=0), default=1)
        field = cast(forms.ModelMultipleChoiceField, self.fields["to"])
        field.queryset = staff.order_by(mine_first, "name", "pk")
        field.initial = [user.pk]

    def clean_to(self) -> list[User]:
        chosen = list(self.cleaned_data["to"])
        if len(chosen) > MOST_TESTS:
            raise ValidationError(
                gettext("At most {most} at a time.").format(most=MOST_TESTS), code="too many"
            )
        return chosen


class PlanForm(forms.Form):
    """When to send it, by whose clock."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[dates.validate_plausible],
    )
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput({"type": "time"}))
    zone = forms.ChoiceField(label=_("Time zone"), choices=US_ZONES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].initial = Practice.current().time_zone

    @property
    def at(self) -> datetime:
        """In UTC. Of an hour that comes twice, the first; one that is skipped counts as if not."""
        local = datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        return local.replace(tzinfo=ZoneInfo(self.cleaned_data["zone"])).astimezone(ZoneInfo("UTC"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"day", "time", "zone"} <= cleaned.keys():
            there = self.at.astimezone(ZoneInfo(cleaned["zone"])).replace(tzinfo=None)
            if there != datetime.combine(cleaned["day"], cleaned["time"]):
                self.add_error("time", gettext("Clocks skip this time that day. Choose another."))
        return cleaned
