"""The API: what other programs of the clinic ask, at /api/v1/. docs/api.md describes it."""

from appointments.api import bookings, slots
from core.api.server import ClinicApi

api = ClinicApi(
    title="Curednation",
    version="1",
    description="Free times and bookings, by the rules of the clinic's own pages. See docs/api.md.",
    urls_namespace="api",
)
api.add_router("", slots.router)
api.add_router("", bookings.router)
