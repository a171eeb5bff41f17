"""How granian is started: for `make run`, for the tests, and in docs/deploy.md."""

# HTTP/1.1 alone: over HTTP/2 one connection may hold hundreds of requests that are never finished.
# Each worker keeps 768 connections at most: most systems allow a process 1,024 open files.
# One that says nothing, or whose head trickles, is closed after ten seconds; a head has 64 kB.
OPTIONS = (
    *("--interface", "rsgi", "--http", "1", "--no-ws"),
    *("--http1-header-read-timeout", "10000", "--http1-buffer-size", "65536"),
    *("--backlog", "2048", "--backpressure", "768"),
    # A process that dies is replaced at once; granian's default is to go on with one less.
    # The interval is that of a reload: how long a new process has to begin before its predecessor
    # ends. After a second nobody would listen yet.
    *("--respawn-failed-workers", "--respawn-interval", "15"),
)
APPLICATION = "curednation.rsgi:application"


def command(*, port: int, workers: int) -> list[str]:
    """Return what follows `python -m`. The threads of each worker are a setting, WEB_THREADS."""
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    return ["granian", *OPTIONS, *where, APPLICATION]
