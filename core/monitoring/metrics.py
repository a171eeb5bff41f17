"""What Prometheus is told: requests and tasks as they happen, and what the checks found.

Web and workers are several processes: each counts in files of PROMETHEUS_MULTIPROC_DIR, and
whichever is asked adds them up. No label names anybody: routes, tasks and checks are names of ours.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from core.monitoring import checks

METHODS = {"GET", "HEAD", "POST"}
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer to a request of this route."""
    method = method if method in METHODS else "other"
    _requests().labels(route, method, f"{status // 100}xx").observe(seconds)


def task(name: str, outcome: str) -> None:
    """Count one run of a task of the workers: "succeeded", "failed" or "retried"."""
    _tasks().labels(name, outcome).inc()


@cache
def _requests() -> Histogram:
    return Histogram(
        "curednation_request_seconds",
        "Time that requests took to answer",
        ["route", "method", "status"],
        buckets=BUCKETS,
    )


@cache
def _tasks() -> Counter:
    return Counter("curednation_tasks", "Runs of the workers' tasks", ["task", "outcome"])


class Found:
    """What the checks found, as gauges."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the level of each check, and each of its figures under the figure's own name."""
        found = checks.recent()
        levels = GaugeMetricFamily(
            "curednation_check_level", "0: fine, 1: warning, 2: error", labels=["check"]
        )
        figures: dict[str, Any] = {}
        for result in found:
            levels.add_metric([result.name], result.level)
            for name, value in result.figures.items():
                gauge = figures.setdefault(
                    name, GaugeMetricFamily(f"curednation_{name}", name, labels=["check"])
                )
                gauge.add_metric([result.name], value)
        yield levels
        yield from figures.values()


def text() -> bytes:
    """Return everything in Prometheus' format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.PROMETHEUS_MULTIPROC_DIR)  # type: ignore[no-untyped-call]  # untyped
    registry.register(Found())
    return generate_latest(registry)
