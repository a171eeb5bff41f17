"""The form of an article's working copy: cleans the text."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles import languages
from articles.models import Article, ImageAsset
from articles.pictures import library
from articles.publishing import slugs
from articles.revisions import content
from core.images import uploads
from core.practice.models import Practice
from core.richtext import sanitizer as html_in
from core.richtext.editor import Editor
from core.richtext.plain_text import extract


class ArticleForm(forms.ModelForm):
    """The working copy of an article, with what staff say about this change of it."""

    note = forms.CharField(
        label=_("what you changed"),
        max_length=200,
        required=False,
        help_text=_("For your colleagues, in a few words."),
    )
    correction = forms.CharField(
        label=_("correction notice"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "Readers see it with its date. Say what was wrong and what is right now. Leave it empty"
            " unless readers could have been misled."
        ),
    )
    small = forms.BooleanField(
        label=_("only a slip of the pen"),
        required=False,
        help_text=_(
            "For an approved article: goes online at once, without a new review. A change of a"
            " number, of a word such as “not”, or of more words is reviewed all the same."
        ),
    )

    class Meta:
        model = Article
        fields = [
            "title",
            "slug",
            "summary",
            "body",
            "key_points",
            "language",
            "translation_of",
            "topic",
            "topics",
            "author",
            "cover",
            "publish_at",
            "review_months",
            "comments_open",
        ]
        widgets = {
            "body": Editor({"rows": 30, "cols": 100}, figures=True),
            "summary": forms.Textarea({"rows": 2, "cols": 100}),
            "key_points": forms.Textarea({"rows": 5, "cols": 100}),
            "topics": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "publish_at" in self.fields:  # the admin reads and writes by this clock
            clock = gettext("By the clinic’s clock: {zone}.").format(
                zone=Practice.current().get_time_zone_display()
            )
            self.fields["publish_at"].help_text = f"{clock} {self.fields['publish_at'].help_text}"

    def clean_body(self) -> str:
        try:
            body = html_in.clean(self.cleaned_data["body"], is_ours=library.is_shown_in_articles)
        except html_in.Refused as error:
            raise ValidationError(str(error)) from error
        if not extract(body).text:
            raise ValidationError(gettext("The text is empty."))
        return body

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        try:
            slugs.raise_if_taken(slug, self.instance if self.instance.pk else None)
        except html_in.Refused as error:
            raise ValidationError(str(error)) from error
        return slug

    def clean_translation_of(self) -> Article | None:
        original = self.cleaned_data["translation_of"]
        if original is None:
            return None
        language = self.cleaned_data.get("language", self.instance.language)
        if language == languages.ORIGINAL:
            raise ValidationError(gettext("An article in English is no translation."))
        others = original.translations.filter(language=language).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(gettext("There is a translation into this language already."))
        return original

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_summary(self) -> str:
        return " ".join(self.cleaned_data["summary"].split())

    def clean_key_points(self) -> str:
        return "\n".join(content.parse_key_points(self.cleaned_data["key_points"]))


class PictureForm(forms.ModelForm):
    """An upload is checked and written anew before anything is stored."""

    class Meta:
        model = ImageAsset
        fields = ["file", "alt", "caption", "credit"]
        # Django's own field would hand any kind of picture, of any size, to Pillow first.
        field_classes = {"file": forms.FileField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].widget.attrs["accept"] = uploads.ACCEPTED

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return upload
        try:
            return uploads.prepare_upload(upload)
        except html_in.Refused as error:
            raise ValidationError(str(error)) from error
