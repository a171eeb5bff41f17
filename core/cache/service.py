"""Django's default cache for those who go on without it: left alone while it does not answer.

The cache may be any of CACHES. A dead one must not fail a page, and one that hangs must not slow
every page.
"""

from core.circuit_breaker import CircuitBreaker

breaker = CircuitBreaker("cache")
attempt = breaker.attempt
