"""What the check before the call found, as one number of an event: no names of devices, no words.

The patient's browser says it; whoever holds the visit reads it on the desk before they begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import Visit, VisitEvent

TROUBLE_SHIFT = 4  # below stand the bits of `Part`
CHECKED = (VisitEvent.Kind.CHECK_PASSED, VisitEvent.Kind.CHECK_FAILED)


class Part(IntFlag):
    CAMERA = 1
    MICROPHONE = 2
    HEARD = 4
    NOT_HEARD = 8


class Trouble(IntEnum):
    """What stood in the way, by the number that is kept. A number is never given again."""

    DENIED = 1, gettext_lazy("refused by the browser")
    DISMISSED = 2, gettext_lazy("the browser’s question was closed")
    SYSTEM = 3, gettext_lazy("refused by the device")
    NONE = 4, gettext_lazy("not found")
    IN_USE = 5, gettext_lazy("in use by another program")
    NO_ANSWER = 6, gettext_lazy("the browser did not answer")
    IN_APP = 7, gettext_lazy("opened inside another app")
    TOO_OLD = 8, gettext_lazy("browser too old for video")
    SILENT = 9, gettext_lazy("nothing to hear")

    label: str

    def __new__(cls, number: int, label: str) -> Self:
        made = int.__new__(cls, number)
        made._value_ = number
        made.label = label
        return made


@dataclass(frozen=True)
class Result:
    """What works, what does not, and why."""

    parts: Part
    trouble: Trouble | None = None

    @classmethod
    def of_form(cls, sent: Mapping[str, str]) -> Self:
        """Read what the page sends. What it does not know there counts as not working."""
        parts = Part(0)
        if sent.get("camera") == "yes":
            parts |= Part.CAMERA
        if sent.get("microphone") == "yes":
            parts |= Part.MICROPHONE
        heard = {"heard": Part.HEARD, "not-heard": Part.NOT_HEARD}
        parts |= heard.get(sent.get("sound", ""), Part(0))
        name = sent.get("trouble", "").upper().replace("-", "_")
        return cls(parts, Trouble.__members__.get(name))

    @classmethod
    def of_number(cls, number: int) -> Self:
        """Read the number of an event; a trouble of a later release is none."""
        known = {each.value: each for each in Trouble}
        return cls(Part(number % (1 << TROUBLE_SHIFT)), known.get(number >> TROUBLE_SHIFT))

    @property
    def number(self) -> int:
        return int(self.parts) | (self.trouble or 0) << TROUBLE_SHIFT

    @property
    def passed(self) -> bool:
        """Whether both sides will see and hear each other, as far as it was tried."""
        both = Part.CAMERA | Part.MICROPHONE
        return self.parts & both == both and Part.NOT_HEARD not in self.parts

    @property
    def words(self) -> str:
        """Say it to staff: "Camera works, microphone does not work: refused by the browser"."""
        said = [
            _("camera works") if Part.CAMERA in self.parts else _("no camera"),
            _("microphone works") if Part.MICROPHONE in self.parts else _("no microphone"),
        ]
        if Part.HEARD in self.parts:
            said.append(_("hears us"))
        if Part.NOT_HEARD in self.parts:
            said.append(_("does not hear us"))
        words = ", ".join(said)
        return f"{words}: {self.trouble.label}" if self.trouble else words


def newest_number(visit: OuterRef) -> Subquery:
    """Return what a list of visits is annotated with: the number of the newest check of each."""
    return Subquery(_checks().filter(visit=visit).values("number")[:1])


def latest(visit: Visit) -> Result | None:
    """Return what the newest check of a visit found; None where there was none."""
    number = _checks().filter(visit=visit).values_list("number", flat=True).first()
    return None if number is None else Result.of_number(number)


def _checks() -> "QuerySet[VisitEvent, VisitEvent]":
    checks = VisitEvent.objects.filter(kind__in=CHECKED, number__isnull=False)
    return checks.order_by("-at", "-pk")
