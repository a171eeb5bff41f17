"""What a kept page is compared with: a view that has its bytes in memory. Also the whole URLconf
of `bench.bare`, in which there is nothing else."""

import os
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    # Without its length the server would send it in chunks.
    length = str(len(body()))
    return HttpResponse(body(), headers={"Content-Encoding": "br", "Content-Length": length})


@cache
def body() -> bytes:
    return Path(os.environ["BENCH_PAGE"]).read_bytes()


urlpatterns = [path("bench/page/", page)]
