"""Send one issue from start to end in a process of its own, and print how large it was in MB."""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django
import psutil

django.setup()

from newsletter.delivery import sending  # noqa: E402
from newsletter.issues import workflow  # noqa: E402
from newsletter.models import Batch, Issue  # noqa: E402

ITSELF = psutil.Process()


def main(pk: int) -> None:
    workflow.freeze(pk)
    total = Issue.objects.get(pk=pk).total
    sizes: list[float] = []
    began = time.perf_counter()
    while sending.send_batches(pk, worker="bench", seconds=2):
        sizes.append(ITSELF.memory_info().rss / 2**20)
    took = time.perf_counter() - began
    sent = sum(Batch.objects.filter(issue=pk).values_list("sent", flat=True))
    assert sent == total, f"{sent} of {total}"
    first = max(sizes[: max(1, len(sizes) // 10)])
    print(json.dumps({"first_tenth": first, "end": max(sizes), "a_second": total / took}))


main(int(sys.argv[1]))
