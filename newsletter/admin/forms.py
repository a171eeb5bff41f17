"""The forms of an issue: its editor, and when it is to be sent."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import article_library
from core.practice.models import US_ZONES, Practice
from core.richtext import sanitizer as html_in
from core.richtext.editor import Editor
from core.validation import dates
from core.validation.primary_keys import parse_key
from newsletter.models import Issue

OFFERED = 300
RESERVED = {"feed"}


class IssueForm(forms.ModelForm):
    """Cleans the text, and offers the articles that readers can see."""

    articles = forms.TypedMultipleChoiceField(
        label=_("Articles"),
        coerce=int,
        required=False,
        widget=FilteredSelectMultiple(_("articles"), is_stacked=False),
        help_text=_("Shown as cards below the text, in the order in which you choose them."),
    )

    class Meta:
        model = Issue
        fields = [
            "subject",
            "preview",
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
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "articles" in self.fields:
            cards = article_library.current().newest(OFFERED)
            known = {card.pk for card in cards}
            cards += article_library.current().cards(set(self.instance.articles) - known)
            field = cast(forms.TypedMultipleChoiceField, self.fields["articles"])
            # The chosen ones first, as they were chosen: browsers send them as they stand.
            place = {pk: number for number, pk in enumerate(self._chosen())}
            cards.sort(key=lambda card: place.get(card.pk, len(place)))
            field.choices = [(card.pk, card.title) for card in cards]

    def _chosen(self) -> list[int]:
        """The keys of the articles, in their order: as sent just now, else as they are kept."""
        if not self.is_bound:
            return self.instance.articles
        sent = self.fields["articles"].widget.value_from_datadict(
            self.data, self.files, self.add_prefix("articles")
        )
        return [parse_key(value) for value in sent or ()]

    def clean_body(self) -> str:
        try:
            return html_in.clean(
                self.cleaned_data["body"], is_ours=article_library.current().is_picture
            )
        except html_in.Refused as error:
            raise ValidationError(str(error)) from error

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())


class PlanForm(forms.Form):
    """When to send it, by whose clock."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput({"type": "date"}),
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
