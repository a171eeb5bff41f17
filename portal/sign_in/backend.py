"""Why `request.user` is staff or nobody, also in a browser in which a patient is signed in."""

from django.contrib.auth.backends import BaseBackend


class PatientBackend(BaseBackend):
    """Stands in a patient's session, and gives no user for it.

    So whatever asks who is signed in, the admin, the pages of staff's sign-in, a template, the
    audit trail, sees nobody, and asks the database nothing. Whose place a session opens is known
    to `portal.access` alone.
    """
