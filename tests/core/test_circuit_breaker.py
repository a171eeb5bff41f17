"""A service that fails is left alone for a while; then one caller tries it."""

import pytest

from core.circuit_breaker import CircuitBreaker


def fail() -> str:
    raise ConnectionError


@pytest.fixture
def breaker():
    return CircuitBreaker("probe", rest=15)


@pytest.fixture
def passes(monkeypatch):
    """Let so many seconds pass; by themselves none do."""
    clock = [1.0]
    monkeypatch.setattr("core.circuit_breaker.monotonic", lambda: clock[0])
    return lambda seconds: clock.__setitem__(0, clock[0] + seconds)


def test_what_it_returns_comes_back_and_no_error_gets_out(breaker):
    assert breaker.attempt(lambda: "answer") == "answer"
    assert breaker.attempt(fail) is None


def test_after_a_failure_nobody_asks_until_it_has_rested(breaker, passes):
    breaker.attempt(fail)
    asked: list[int] = []
    breaker.attempt(lambda: asked.append(1))
    passes(14)
    breaker.attempt(lambda: asked.append(1))
    assert not asked
    passes(2)
    assert breaker.attempt(lambda: "answer") == "answer"


def test_while_one_caller_tries_again_the_others_do_not(breaker, passes):
    breaker.attempt(fail)
    passes(16)
    assert breaker.attempt(lambda: (breaker.attempt(lambda: "another"), "mine")) == (None, "mine")
    assert breaker.attempt(lambda: "everybody") == "everybody"


def test_one_service_that_fails_says_nothing_of_another(breaker):
    breaker.attempt(fail)
    assert CircuitBreaker("other").attempt(lambda: "answer") == "answer"
