"""A provider's private calendar address: made anew on request, shown once."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.calendars import feeds
from appointments.models import Provider
from core.staff.audit import disclosures


@admin.action(
    description=gettext_lazy("Make a new calendar address, for one provider"),
    permissions=["edit"],  # to change the provider, not only the hours
)
def new_calendar_address(
    modeladmin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Provider]
) -> TemplateResponse | None:
    """Make a new address, which is on this page and nowhere else. The former ends at once."""
    if queryset.count() != 1:
        modeladmin.message_user(request, _("Please choose one provider."), messages.WARNING)
        return None
    provider = queryset.get()
    context = modeladmin.admin_site.each_context(request) | {
        "title": _("Calendar address of %(who)s") % {"who": provider},
        "opts": modeladmin.model._meta,
        "address": feeds.replace(provider),
    }
    response = TemplateResponse(request, "admin/appointments/calendar_address.html", context)
    return disclosures.declare(response, [provider])
