"""The request that views, sections and links inside the portal are given."""

from django.http import HttpRequest

from portal.models import PatientAccount


class PortalRequest(HttpRequest):
    """A request of somebody who is signed in to their own place."""

    account: PatientAccount
