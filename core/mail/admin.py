"""The outbox as staff see it: what waits, what failed and why. To read, and to send again."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.database import database_time, word_search
from core.mail import failed_by_reason, outbox_hold, test_message
from core.mail.attachments import Attachment
from core.mail.models import OutgoingEmail
from core.outbox.admin import OutboxRowAdmin, preformatted
from core.staff.local_times import local_time
from core.staff.urgency import Urgency


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def held_mail(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show on the first page that no e-mail goes out, since when and why."""
    if not request.user.has_perm("mail.view_outgoingemail"):
        return None
    held = outbox_hold.current()
    return ("admin/mail/_held.html", {"held": held, "records": ()}) if held else None


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def failed_mail(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show on the first page that e-mails failed this week."""
    if not request.user.has_perm("mail.view_outgoingemail"):
        return None
    week = database_time.now() - timedelta(days=7)
    count = OutgoingEmail.objects.failed().filter(overtaken=False, created_at__gte=week).count()
    return ("admin/mail/_failed.html", {"count": count, "records": ()}) if count else None


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def bounced_mail(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show on the first page that e-mails bounced this week, so that somebody calls the patient.

    Not those of the newsletter: mail to confirm goes to whatever a stranger typed.
    """
    if not request.user.has_perm("mail.view_outgoingemail"):
        return None
    week = database_time.now() - timedelta(days=7)
    found = OutgoingEmail.objects.bounced().filter(bounced_at__gte=week)
    count = found.exclude(template__startswith="newsletter_").count()
    return ("admin/mail/_bounced.html", {"count": count, "records": ()}) if count else None


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(OutboxRowAdmin):
    """To read, and to send again what failed."""

    refused_column = "bounce_reason"

    list_display = ("to", "subject", "status", "why", "attempts", "next_attempt", "written")
    list_filter = ("status", ("bounced_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("to", "subject", "=key")  # see get_search_results
    search_help_text = _("A part of an address, words of the subject, or the whole key")
    readonly_fields = (
        *("to", "subject", "status", "why", "attempts", "next_attempt"),
        *("written", "of_use_until", "sent", "bounced", "emptied"),
        *("body", "files", "source"),
        *("template", "about", "key", "message_id"),
    )
    fieldsets = (
        (None, {"fields": readonly_fields[:6]}),
        (_("Text"), {"fields": ("body", "files")}),
        (_("When"), {"fields": readonly_fields[6:11]}),
        (_("Behind it"), {"fields": readonly_fields[14:], "classes": ("collapse",)}),
        (_("HTML"), {"fields": ("source",), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingEmail]:
        # The list does not show the bodies: let them stay in the database.
        rows = super().get_queryset(request)
        on_one = request.resolver_match and request.resolver_match.kwargs
        return rows if on_one else rows.defer("text", "html", "attachments")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutgoingEmail], search_term: str
    ) -> tuple[QuerySet[OutgoingEmail], bool]:
        """Search by parts of an address, words of a subject while a mail has it, or a whole key."""
        if not search_term:
            return queryset, False
        by_key = queryset.filter(key=search_term.strip())
        if by_key.exists():
            return by_key, False
        meant = word_search.matching(search_term, ["to", "subject"])
        return queryset.exclude(to="").filter(meant), False

    def get_urls(self) -> list[URLPattern]:
        test = self.admin_site.admin_view(self.send_test)
        failed = self.admin_site.admin_view(self.failed)
        own = [
            path("test/", test, name="mail_outgoingemail_test"),
            path("failed/", failed, name="mail_outgoingemail_failed"),
        ]
        return [*own, *super().get_urls()]

    def failed(self, request: HttpRequest) -> HttpResponse:
        if not self.has_send_permission(request):
            raise PermissionDenied
        return failed_by_reason.page(request, self)

    def send_test(self, request: HttpRequest) -> HttpResponse:
        if not self.has_send_permission(request):
            raise PermissionDenied
        return test_message.send_from_admin(request, self)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_send = {"may_send": self.has_send_permission(request)}
        return super().changelist_view(request, may_send | (extra_context or {}))

    def words_of_sent_again(self, count: int) -> str:
        return ngettext("%d e-mail is on its way.", "%d e-mails are on their way.", count) % count

    def name_of(self, email: OutgoingEmail) -> str:
        return email.subject or str(email)

    @admin.display(description=_("came back"))
    def bounced(self, email: OutgoingEmail) -> str:
        return local_time(email.bounced_at)

    @admin.display(description=_("HTML"))
    def source(self, email: OutgoingEmail) -> str | SafeString:
        return "–" if email.secret else preformatted(email.html)

    @admin.display(description=_("files"))
    def files(self, email: OutgoingEmail) -> str:
        files = [Attachment.from_json(stored) for stored in email.attachments]
        lines = [f"{f.filename} ({f.content_type}, {len(f.octets)} bytes)" for f in files]
        return ", ".join(lines) or "–"
