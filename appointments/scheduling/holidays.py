"""Federal holidays as closures: rows that staff see beside their own, and can delete."""

from collections.abc import Iterator
from datetime import date, timedelta

import holidays
from django.db import transaction

from appointments.models import ClinicRules, HoursException

AHEAD = timedelta(days=400)
OBSERVED = " (observed)"


def names() -> list[str]:
    """The federal holidays of the United States (5 USC 6103), in the order of the year."""
    year = holidays.country_holidays("US", years=2025, observed=False)
    return [name for _, name in sorted(year.items())]


def upcoming(kept: list[str], today: date) -> Iterator[tuple[date, str]]:
    """Days from today to 400 days ahead on which one of these holidays is kept, or observed."""
    years = range(today.year, (today + AHEAD).year + 1)
    for day, title in sorted(holidays.country_holidays("US", years=years).items()):
        for name in title.split("; "):
            if today <= day <= today + AHEAD and name.removesuffix(OBSERVED) in kept:
                yield day, name


@transaction.atomic
def follow_holidays(today: date) -> None:
    """Make the closures follow the holidays that the clinic keeps, from tomorrow on. Idempotent.

    Days that were looked at before are left alone: a closure that staff have deleted stays away.
    """
    rules = ClinicRules.objects.select_for_update().get_or_create(pk=1)[0]
    since = max(today, rules.holidays_until or today) + timedelta(days=1)
    coming = HoursException.objects.filter(first_day__gt=today).exclude(holiday="")
    for closure in coming:
        if closure.holiday.removesuffix(OBSERVED) not in rules.holidays:
            closure.delete()
    _close(rules, today, since)
    rules.holidays_done = rules.holidays
    rules.holidays_until = today + AHEAD
    rules.save()


def _close(rules: ClinicRules, today: date, since: date) -> None:
    """Closures for days not looked at before, and for holidays that the clinic has newly chosen."""
    for day, name in upcoming(rules.holidays, today + timedelta(days=1)):
        chosen_newly = name.removesuffix(OBSERVED) not in rules.holidays_done
        if day >= since or chosen_newly:
            HoursException.objects.get_or_create(
                provider=None,
                holiday=name,
                first_day=day,
                defaults={"last_day": day, "kind": HoursException.Kind.TIME_OFF, "note": name},
            )
