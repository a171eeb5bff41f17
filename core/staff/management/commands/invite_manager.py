"""`manage.py invite_manager`: a way in for a manager, where nobody inside could invite them."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.staff.accounts import invitations
from core.staff.audit.trail import record
from core.staff.models import User


class Command(BaseCommand):
    """Mails the same invitation that managers send in the admin. Run by whoever has the server."""

    help = (
        "Invite a manager: they get a mail with a link to set their password. Who has an account "
        "already gets the role and nothing else; --again mails them a new link."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--again", action="store_true", help="mail a new link")

    @transaction.atomic
    def handle(self, *, name: str, email: str, again: bool, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            user = User(email=email.lower(), name=name)
            try:
                user.full_clean(exclude=["password"])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
            invitations.invite(user)
        elif not user.is_active:
            raise CommandError(f"{email} was let go. Another manager can take them back.")
        elif again:
            invitations.send_link(user)
        user.groups.add(Group.objects.get(name="manager"))
        record(None, "invited", model="staff.user", object_pks=[user.pk])
        self.stdout.write(f"{user.email} is a manager.")
