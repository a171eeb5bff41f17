"""What receivers find in DNS about the sender of issues."""

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.staff.audit.disclosures import declare_none
from newsletter.admin import issue_progress
from newsletter.delivery import dns_records


def dns_records_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show what receivers find in DNS about our sender."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Sender’s records"),
        "opts": model_admin.opts,
        "records": dns_records.look(),
        "limits": issue_progress.sending_limits(),
    }
    page = TemplateResponse(request, "admin/newsletter/issue/dns_records.html", context)
    return declare_none(page)
