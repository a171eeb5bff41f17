"""What other apps keep of visits and hand on in FHIR: they register it here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from appointments.models import Appointment, Patient
from appointments.patient_records.fhir.elements import Resource, reference


@dataclass(frozen=True)
class Subject:
    """Whose record it is, with all visits of it: each has its provider, service and reason."""

    patient: Patient
    appointments: list[Appointment]

    @property
    def reference(self) -> Resource:
        """Return the reference to the patient that the resources of the record have."""
        return reference("Patient", self.patient.pk)

    @property
    def pks(self) -> list[int]:
        """Return the keys of the visits."""
        return [each.pk for each in self.appointments]

    def appointment(self, pk: int) -> Appointment:
        """Return one of the visits. Raises KeyError for another's."""
        return {each.pk: each for each in self.appointments}[pk]


Part = Callable[[Subject], Iterable[Resource]]
_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Let bundles hold what this part makes of a record. Registering it twice is fine."""
    _parts[name] = part


def resources(subject: Subject) -> Iterator[Resource]:
    """Return what each part makes of the record."""
    for part in _parts.values():
        yield from part(subject)
