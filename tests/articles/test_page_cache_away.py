"""Public pages while the cache service is dead or hangs; and what an unchanged page asks of it."""

import pytest
from redis.connection import AbstractConnection

from core.circuit_breaker import cache_breaker
from tests.articles.factories import approve, edit, make_article
from tests.pages.factories import make_testimonial
from tests.silent_server import SilentServer, nobody_has_rested

PAGE = "/articles/naltrexone/"
DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def article(db):
    return make_article(slug="naltrexone")


def use_cache(settings, url: str) -> None:
    other = settings.CACHES["default"] | {"LOCATION": url}
    settings.CACHES = settings.CACHES | {"default": other}


def test_an_unchanged_page_costs_one_round_trip(client, article, monkeypatch):
    client.get(PAGE)
    asked = []
    original = AbstractConnection.send_packed_command

    def counted(*args, **kwargs):
        asked.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    client.get(PAGE)
    assert len(asked) == 1


def test_a_dead_cache_does_not_stop_a_page(client, article, settings):
    use_cache(settings, DEAD)
    for _ in range(3):
        response = client.get(PAGE)
        assert response.status_code == 200
        assert response["ETag"]
    approve(edit(article, title="Published all the same"))
    assert "Published all the same" in client.get(PAGE).text


def test_without_a_cache_no_page_shows_what_patients_do_not_say_any_more(client, article, settings):
    use_cache(settings, DEAD)
    voice = make_testimonial(words="It helped.")
    assert "It helped." in client.get(PAGE).text
    voice.delete()
    assert "It helped." not in client.get(PAGE).text


def test_what_changes_while_the_cache_is_away_shows_when_it_is_back(
    client, article, settings, commits
):
    client.get(PAGE)
    alive = settings.CACHES
    use_cache(settings, DEAD)
    with commits():
        approve(edit(article, title="Published all the same"))
    settings.CACHES = alive
    cache_breaker.reset()
    assert "Published all the same" in client.get(PAGE).text


def test_a_cache_that_hangs_costs_its_time_out_once(client, article, settings):
    with SilentServer() as silent, nobody_has_rested():
        use_cache(settings, silent.url)
        for _ in range(6):
            assert client.get(PAGE).status_code == 200
        assert silent.came() == 1
