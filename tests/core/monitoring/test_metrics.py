"""What Prometheus reads: added up over web processes and workers, for whoever has the token."""

import urllib.error
import urllib.request

import pytest

from core.mail.tasks import deliver
from core.monitoring.models import Heartbeat
from tests.core.mail.test_workers import wait_until

TOKEN = "a-token-of-more-than-twenty-characters"
CANARY = "canary-57Xq"


def ask(url: str, **headers: str) -> str:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def read(site) -> str:
    return ask(f"{site.url}/metrics", Authorization=f"Bearer {TOKEN}", Host="10.1.2.3")


def test_requests_and_tasks_are_added_up_over_processes_and_name_nobody(
    start_site, start_worker, tmp_path
):
    environ = {"METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    site = start_site(WEB_WORKERS="2", **environ)
    start_worker(**environ)
    for _ in range(20):
        ask(f"{site.url}/privacy/")
    for path in (f"/visit/{CANARY}/", f"/{CANARY}", f"/newsletter/preferences/{CANARY}/"):
        with pytest.raises(urllib.error.HTTPError):
            ask(site.url + path)
    deliver.apply_async(args=[CANARY])
    deliver.apply_async(args=[0])
    counted = 'curednation_tasks_total{outcome="failed",task="core.mail.tasks.deliver"} 1.0'
    wait_until(lambda: counted in read(site) and 'outcome="succeeded"' in read(site))
    text = read(site)
    labels = 'method="GET",route="pages:privacy",status="2xx"'
    assert f"curednation_request_seconds_count{{{labels}}} 20.0" in text, "both processes count"
    assert 'route="none"' in text
    assert Heartbeat.objects.filter(name="worker_clinic").exists()
    assert 'curednation_check_level{check="worker_clinic"} 0.0' in text
    assert 'curednation_heartbeat_age_seconds{check="worker_clinic"}' in text
    assert "curednation_mail_oldest_waiting_seconds" in text
    assert CANARY not in text


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", TOKEN[:-1], f"Bearer {TOKEN}é"])
def test_without_the_token_nothing_is_there(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", HTTP_AUTHORIZATION=sent).status_code == 404
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION=sent).status_code == 404
