"""One account for each role, to see the admin through its eyes. Development only."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from appointments.models import Provider
from core.staff import roles
from core.staff.models import User
from devstack.management.commands.dev_staff import PASSWORD

ACCOUNTS = {
    "front desk": ("Robin Vale", "front-desk@example.org"),
    "clinician": ("Dana Whitlow", "clinician@example.org"),
    "editor": ("Sol Archer", "editor@example.org"),
    "newsletter editor": ("Kit Mallory", "newsletter@example.org"),
    "privacy officer": ("Ada Lindgren", "privacy@example.org"),
    "manager": ("Morgan Hale", "office-manager@example.org"),
}


def create_staff() -> None:
    """Make the accounts that are missing, all with the password of `dev_staff`."""
    roles.apply()
    wanted = {email for _name, email in ACCOUNTS.values()}
    known = set(User.objects.filter(email__in=wanted).values_list("email", flat=True))
    if wanted <= known:
        return
    password = make_password(PASSWORD)  # slow on purpose, so once for all
    for role, (name, email) in ACCOUNTS.items():
        if email not in known:
            user = User.objects.create(email=email, name=name, password=password, is_staff=True)
            user.groups.add(Group.objects.get(name=role))
            Provider.objects.filter(name=name, account=None).update(account=user)
