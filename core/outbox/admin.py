"""An outbox as staff see it: what waits, what failed and why. To read, and to send again."""

import re
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.outbox.rows import OutboxRow
from core.outbox.writing import NotResendable, resend
from core.staff.local_times import local_time
from core.staff.read_only_admin import ReadOnlyAdmin

# A link opens what it belongs to: whoever may read the outbox must not be able to use it.
_LINK_PATH = re.compile(r"(https?://[^/\s\"'<>]+)/[^\s\"'<>]+")


class OutboxRowAdmin(ReadOnlyAdmin):
    """To read, and to send again what failed."""

    refused_column: ClassVar[str]  # why it did not arrive although it was sent

    list_per_page = 50
    order_by_index = ("written",)
    actions = ("send_again",)

    def words_of_sent_again(self, count: int) -> str:
        """Return the sentence that says how many are on their way."""
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        """Return what staff know one by, for those who may see it."""
        return str(row)

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        again = 0
        for row in queryset:
            try:
                resend(self.model._default_manager.all(), row)
            except NotResendable as error:
                self.message_user(request, f"{self.name_of(row)}: {error}", messages.WARNING)
            else:
                again += 1
                self.log_change(request, row, str(_("Sent again.")))
        if again:
            self.message_user(request, self.words_of_sent_again(again), messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_send_permission(request)

    @admin.display(description=_("written"), ordering="created_at")
    def written(self, row: OutboxRow) -> str:
        return local_time(row.created_at)

    @admin.display(description=_("next attempt"), ordering="due_at")
    def next_attempt(self, row: OutboxRow) -> str:
        return local_time(row.due_at)

    @admin.display(description=_("of use until"))
    def of_use_until(self, row: OutboxRow) -> str:
        return local_time(row.not_after)

    @admin.display(description=_("sent"))
    def sent(self, row: OutboxRow) -> str:
        return local_time(row.sent_at)

    @admin.display(description=_("emptied"))
    def emptied(self, row: OutboxRow) -> str:
        return local_time(row.purged_at)

    @admin.display(description=_("why it did not go through"))
    def why(self, row: OutboxRow) -> str:
        said = getattr(row, self.refused_column) or row.last_error
        return Truncator(said).chars(200) or "–"

    @admin.display(description=_("text"))
    def body(self, row: OutboxRow) -> str | SafeString:
        if row.secret:
            return str(_("Not shown: it opens an account."))
        return preformatted(row.text)


def preformatted(text: str) -> str | SafeString:
    """Return it as written, every tag shown and none obeyed; of each link only the site."""
    if not text:
        return "–"
    return format_html("<pre>{}</pre>", _LINK_PATH.sub(r"\1/…", text))
