"""A test message, for staff and for whoever sets the server up: does mail leave this site?"""

from uuid import uuid4

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.mail import outbox
from core.mail.models import OutgoingEmail
from core.people.form_fields import AddressField
from core.staff.audit.disclosures import declare_none


class TestMessageForm(Form):
    to = AddressField(label=gettext_lazy("Send it to"))


def send(to: str) -> OutgoingEmail:
    """Write a test message to the outbox; each call writes a new one."""
    email = outbox.enqueue("mail_test", key=f"mail-test:{uuid4()}", to=to)
    if email is None:
        raise RuntimeError("A random key was there before.")
    return email


def send_from_admin(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Ask for an address and send; then show the row, where staff see what became of it."""
    form = TestMessageForm(request.POST or None, initial={"to": getattr(request.user, "email", "")})
    if form.is_valid():
        with transaction.atomic():
            email = send(form.cleaned_data["to"])
            model_admin.log_addition(request, email, _("Test message"))
        model_admin.message_user(
            request, _("On its way. Load this page again to see what became of it."), messages.INFO
        )
        return redirect("admin:mail_outgoingemail_change", email.pk)
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Send a test message"),
        "opts": OutgoingEmail._meta,
        "form": form,
    }
    return declare_none(render(request, "admin/mail/outgoingemail/test.html", context))
