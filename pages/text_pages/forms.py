"""The form of a text page: cleans the text, and knows what may stand in braces."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.pictures import library
from core.richtext import sanitizer
from core.richtext.editor import Editor
from core.richtext.plain_text import extract
from pages.text_pages import catalog, expiring_parts, placeholders
from pages.text_pages.models import TextPage


class TextPageForm(forms.ModelForm):
    """The working copy, with what staff say about this change of it."""

    slug = forms.ChoiceField(
        label=_("page"),
        choices=lambda: [(entry.slug, entry.name) for entry in catalog.ENTRIES],
    )
    note = forms.CharField(
        label=_("what you changed"),
        max_length=200,
        required=False,
        help_text=_("For your colleagues, in a few words."),
    )

    class Meta:
        model = TextPage
        fields = ["slug", "language", "title", "summary", "body"]
        widgets = {
            "body": Editor({"rows": 30, "cols": 100}),
            "summary": forms.Textarea({"rows": 2, "cols": 100}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # another address would be another page
            for name in {"slug", "language"} & self.fields.keys():
                self.fields[name].disabled = True
        if "body" in self.fields:
            names = ", ".join(f"{{{name}}}" for name in placeholders.VALUES)
            self.fields["body"].help_text = gettext(
                "These are filled in with the clinic’s own: {names}. On the page of questions each "
                "heading is a group, and each small heading a question. What holds up to a day "
                "has {until} in its paragraph or row: after that day readers see that part no "
                "more, and it stands under To do from six weeks before."
            ).format(names=names, until="{until 2026-12-31}")

    def clean_title(self) -> str:
        return self._lasting(" ".join(self.cleaned_data["title"].split()))

    def clean_summary(self) -> str:
        return self._lasting(" ".join(self.cleaned_data["summary"].split()))

    def clean_body(self) -> str:
        try:
            body = sanitizer.clean(self.cleaned_data["body"], is_ours=library.is_library_picture)
        except sanitizer.Refused as error:
            raise ValidationError(str(error)) from error
        if not extract(body).text:
            raise ValidationError(gettext("The text is empty."))
        return self._known(body)

    def _lasting(self, text: str) -> str:
        if expiring_parts.MARK.search(text):
            raise ValidationError(gettext("What ends on a day can stand in the text only."))
        return self._known(text)

    def _known(self, text: str) -> str:
        unknown = placeholders.unknown_in(text)
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            raise ValidationError(gettext("Nothing stands for {names}.").format(names=names))
        return text
