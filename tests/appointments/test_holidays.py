"""Federal holidays that the clinic keeps become closures, once, and follow what staff choose."""

from datetime import date

import pytest

from appointments.models import ClinicRules, HoursException
from appointments.scheduling import holidays

TODAY = date(2026, 11, 1)
pytestmark = pytest.mark.django_db


def keep(*names: str) -> None:
    ClinicRules.objects.update_or_create(pk=1, defaults={"holidays": list(names)})
    holidays.follow_holidays(TODAY)


def closed() -> set[date]:
    return set(HoursException.objects.values_list("first_day", flat=True))


def test_chosen_holidays_close_the_clinic_for_more_than_a_year_ahead():
    keep("Thanksgiving Day", "Christmas Day")
    assert closed() == {date(2026, 11, 26), date(2026, 12, 25), date(2027, 11, 25)}
    assert not HoursException.objects.exclude(provider=None, kind="time_off").exists()


def test_a_holiday_on_a_weekend_is_also_kept_on_the_day_it_is_observed():
    keep("Independence Day")
    assert {date(2027, 7, 4), date(2027, 7, 5)} <= closed()


def test_following_twice_changes_nothing():
    keep("Christmas Day")
    before = list(HoursException.objects.values())
    holidays.follow_holidays(TODAY)
    assert list(HoursException.objects.values()) == before


def test_a_closure_that_staff_deleted_stays_away():
    keep("Christmas Day")
    HoursException.objects.all().delete()
    holidays.follow_holidays(TODAY)
    assert closed() == set()


def test_a_holiday_that_is_no_longer_kept_opens_again():
    keep("Christmas Day", "Thanksgiving Day")
    keep("Thanksgiving Day")
    assert date(2026, 12, 25) not in closed()
    keep("Thanksgiving Day", "Christmas Day")
    assert date(2026, 12, 25) in closed()


def test_a_closure_of_the_staff_s_own_is_never_touched():
    HoursException.objects.create(first_day=date(2026, 12, 25), last_day=date(2026, 12, 31))
    keep()
    assert date(2026, 12, 25) in closed()
