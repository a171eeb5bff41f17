"""Questions whose SQL is written once: they answer as the queryset would, each time anew."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Provider
from core.cache.compiled import Asked, Compiled, OneOf
from tests.factories import make_provider

pytestmark = pytest.mark.django_db

NAMED: Compiled[Provider] = Compiled(
    lambda: Provider.objects.filter(name=Asked("name"), active=True).order_by("pk")
)
SEVERAL: Compiled[Any] = Compiled(
    lambda: Provider.objects.filter(OneOf("pk", "pks")).order_by("pk").values_list("pk", "name")
)


def test_each_call_asks_the_database_for_its_own_values():
    ruth, ines = make_provider(name="Ruth"), make_provider(name="Ines")
    with CaptureQueriesContext(connection) as queries:
        assert [NAMED.first(name="Ruth"), NAMED.first(name="Ines")] == [ruth, ines]
        assert NAMED.all(name="Nobody") == []
    assert len(queries) == 3
    Provider.objects.filter(pk=ruth.pk).update(active=False)
    assert NAMED.first(name="Ruth") is None


def test_a_value_is_never_read_as_sql():
    provider = make_provider(name="O'Neil % (%s)")
    assert NAMED.first(name="O'Neil % (%s)") == provider
    assert NAMED.first(name="' OR true --") is None


def test_a_list_of_values_may_be_empty():
    ruth, ines = make_provider(name="Ruth"), make_provider(name="Ines")
    assert SEVERAL.all(pks=[ruth.pk, ines.pk]) == [(ruth.pk, "Ruth"), (ines.pk, "Ines")]
    assert SEVERAL.all(pks=[]) == []


def test_a_value_that_was_forgotten_is_an_error():
    with pytest.raises(KeyError, match="name"):
        NAMED.all()


def test_related_rows_and_annotations_come_with_it():
    provider = make_provider(states=["TN", "NY"])
    licensed = Compiled(lambda: Provider.objects.licensed_in(Asked("state")))
    (found,) = licensed.all(state="NY")
    assert found == provider
    assert found.licensed_until == provider.licenses.get(state="NY").expires
