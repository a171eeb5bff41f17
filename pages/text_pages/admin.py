"""The admin of text pages: their form, their revisions, and the actions of the workflow."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.publishing.rules import NotPossible
from articles.revisions import revision_diff
from articles.revisions.content import Content
from core.staff import preview_frame
from core.staff.reviewed_text_admin import ReviewedTextAdmin
from pages.text_pages import publishing, reading, views
from pages.text_pages.expiring_pages import ExpiringFilter
from pages.text_pages.forms import TextPageForm
from pages.text_pages.models import TextPage, TextPageRevision
from pages.text_pages.workflow_actions import ACTIONS, workflow_panel


@admin.register(TextPage)
class TextPageAdmin(ReviewedTextAdmin):
    """Saving keeps a revision; what readers see changes through the actions beside the form."""

    form = TextPageForm
    workflow = ACTIONS
    refused = NotPossible
    revisions_template = "admin/pages/textpage/revisions.html"
    change_form_template = "admin/pages/textpage/change_form.html"
    list_display = ["title", "language", "status_text", "version", "changed_at"]
    list_filter = ["status", "language", ExpiringFilter]
    list_select_related = ["online"]
    search_fields = ["title", "slug"]
    fieldsets = [
        (None, {"fields": ["slug", "language", "title", "summary", "body"]}),
        (gettext_lazy("This change"), {"fields": ["note"]}),
    ]

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_text(self, page: TextPage) -> str:
        status = page.get_status_display()
        if page.online_id and page.status != "published":
            return _("{status}; an earlier text is online").format(status=status)
        if page.online and page.online.approved_by_id is None:
            return _("{status} as it came along: nobody here has reviewed it").format(status=status)
        return status

    @admin.display(description=gettext_lazy("version"))
    def version(self, page: TextPage) -> str:
        return str(page.online.number) if page.online else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TextPage]:
        return super().get_queryset(request).defer("body")

    def workflow_panel(self, request: HttpRequest, text: TextPage) -> dict[str, Any]:
        return workflow_panel(request, text)

    def render_live(self, request: HttpRequest, form: ModelForm, pk: int | None) -> dict[str, Any]:
        form.is_valid()
        given = form.cleaned_data
        slug, language = given.get("slug") or "how-it-works", given.get("language") or "en"
        content = Content(
            title=given.get("title") or _("No title yet"),
            summary=given.get("summary", ""),
            body=given.get("body", ""),
        )
        with translation.override(language):
            text = reading.of_revision(TextPage(slug=slug, language=language), content)
            html = preview_frame.inert(views.render_preview(request, text).content.decode())
        found = form.errors.as_data().get("body", [])
        problems = [text for each in found if each.code != "required" for text in each.messages]
        return {"html": html, "problems": problems}

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Keep what was saved as a revision."""
        super().save_related(request, form, formsets, change)
        note = form.cleaned_data["note"]
        publishing.record_revision(form.instance, by=request.user, note=note)

    def about_revisions(self, text: TextPage) -> dict[str, Any]:
        """Return the versions that readers have seen, too."""
        return {
            "online": text.online and text.online.revision_id,
            "versions": text.versions.select_related("approved_by", "revision"),
        }

    def compare(self, before: TextPageRevision, after: TextPageRevision) -> list[Any]:
        contents = publishing.content_of(before), publishing.content_of(after)
        return [part for part in revision_diff.compare(*contents) if part.changed]

    def restore(self, request: HttpRequest, revision: TextPageRevision) -> None:
        publishing.restore(revision, by=request.user)
