"""The reasons for cancelling and no-show that staff choose from: the list, and the forms."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, StatusReason

Kind = StatusReason.Kind


@admin.register(StatusReason)
class StatusReasonAdmin(admin.ModelAdmin):
    """What is chosen for visits is counted by it: a reason is taken off the list, never deleted."""

    list_display = ["text", "kind", "position", "is_offered"]
    list_display_links = ["text"]
    list_filter = ["kind", "is_offered"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Visits of the past would be counted under another heading.
        return ["kind"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StatusReasonForm(forms.Form):
    """Why: one of the list, and more in words. Neither is asked for."""

    listed = forms.ModelChoiceField(
        StatusReason.objects.none(), label=_("Reason"), required=False, empty_label=_("Not said")
    )
    reason = forms.CharField(
        label=_("In words"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"size": 40, "autocomplete": "off"}),
        help_text=_("For staff. The e-mail to the patient does not say it."),
    )

    def __init__(
        self, *args: Any, kinds: Iterable[str], prefix_id: str = "id", **kwargs: Any
    ) -> None:
        """`prefix_id` keeps two of them on one page apart."""
        super().__init__(*args, **kwargs)
        self.auto_id = f"{prefix_id}_%s"
        listed: forms.ModelChoiceField = self.fields["listed"]  # type: ignore[assignment]
        listed.queryset = StatusReason.objects.offered(*kinds)
        listed.choices = [("", listed.empty_label), *_grouped(listed.queryset, kinds)]

    @property
    def why(self) -> dict[str, Any]:
        """What was chosen and typed, as `booking` takes it. Of a valid form."""
        return {name: self.cleaned_data[name] for name in ("listed", "reason")}


def _grouped(reasons: Iterable[StatusReason], kinds: Iterable[str]) -> list[tuple[Any, Any]]:
    """Return the choices, under a heading for each kind where there are several kinds."""
    order = list(kinds)
    ordered = sorted(reasons, key=lambda one: (order.index(one.kind), one.position, one.text))
    rows = [(one.kind, (one.pk, one.text)) for one in ordered]
    if len(order) == 1:
        return [row for _kind, row in rows]
    return [
        (str(Kind(kind).label), [row for _kind, row in found])
        for kind, found in groupby(rows, key=lambda row: row[0])
    ]


def kinds_of_cancelling(visits: Iterable[Appointment], now: datetime) -> list[str]:
    """Return the kinds of reason for cancelling these: late first, once it is late for one."""
    late = any(visit.changes_close_at <= now for visit in visits)
    return [Kind.LATE, Kind.CANCELLED] if late else [Kind.CANCELLED]
