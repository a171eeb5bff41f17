"""Two hundred patients at once, and the memory of the web server after ten thousand pages."""

from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from django.utils import timezone

from appointments.models import Appointment, Service, Status
from appointments.scheduling import availability
from bench import booking, load
from bench.table import Row

PATIENTS, PAGES, ROUNDS = 200, 10_000, 3


def at_once(service: Service, port: int) -> list[Row]:
    """Each takes another slot and books it, all at the same time; the middle of three crowds."""
    # Others than those who booked before.
    crowds = [range(100_000 + PATIENTS * n, 100_000 + PATIENTS * (n + 1)) for n in range(ROUNDS)]
    booked, slow = zip(*(_crowd(service, port, numbers) for numbers in crowds), strict=True)
    return [
        Row(
            f"{ROUNDS} times {PATIENTS} patients at once, {PATIENTS} slots",
            f"{', '.join(map(str, booked))} booked",
            "all",
            set(booked) == {PATIENTS},
        ),
        Row(
            "p95 of their requests",
            f"{median(slow) * 1000:.0f} ms ({min(slow) * 1000:.0f} to {max(slow) * 1000:.0f})",
            "at most 1,500 ms",
            median(slow) <= 1.5,
        ),
    ]


def _crowd(service: Service, port: int, numbers: range) -> tuple[int, float]:
    """How many have booked, and the 95th percentile of the seconds that a request took."""
    before = Appointment.objects.filter(status=Status.BOOKED).count()
    grid = availability.grid(service, "NY", now=timezone.now())
    # Far apart: nobody meets the share of a day that is held without proof.
    wanted = [(who, s) for who, starts in grid.starts.items() for s in starts[::30][:40]]
    wanted = wanted[:PATIENTS]
    holds = load.send(
        [
            load.request(
                "POST",
                f"/book/ny/{service.slug}/",
                port=port,
                body=urlencode(
                    {
                        "csrfmiddlewaretoken": booking.TOKEN,
                        "slot": availability.moment(start).strftime("%Y-%m-%dT%H:%MZ"),
                        "with": who.slug,
                    }
                ),
                cookies=f"{booking.CSRF}; visitor={booking.visitor(number)}",
            )
            for number, (who, start) in zip(numbers, wanted, strict=True)
        ],
        port=port,
        connections=PATIENTS,
    )
    number_of = {booking.hold_owner.stored(booking.visitor(n)): n for n in numbers}
    booked = load.send(
        [
            load.request(
                "POST",
                f"/book/details/{hold.uid}/",
                port=port,
                body=booking.details(number_of[hold.visitor]),
                cookies=f"{booking.CSRF}; visitor={booking.visitor(number_of[hold.visitor])}",
            )
            for hold in Appointment.objects.filter(status=Status.HELD, visitor__in=number_of)
        ],
        port=port,
        connections=PATIENTS,
    )
    done = Appointment.objects.filter(status=Status.BOOKED).count() - before
    return done, max(holds.percentile(0.95), booked.percentile(0.95))


def memory(service: Service, port: int, pid: int) -> list[Row]:
    """The web server's memory after a thousand pages, and after ten thousand."""
    page = load.request("GET", f"/book/ny/{service.slug}/", port=port)
    load.send([page] * (PAGES // 10), port=port, connections=8)
    before = resident(pid)
    load.send([page] * (PAGES * 9 // 10), port=port, connections=8)
    after = resident(pid)
    return [
        Row(
            f"memory after {PAGES:,} slot pages",
            f"{before} → {after} MB",
            "flat (within 5 %)",
            after <= before * 1.05,
        )
    ]


def resident(pid: int) -> int:
    """Megabytes that the process and its children hold."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if str(pid) in (lines["Pid"].strip(), lines["PPid"].strip()):
            total += int(lines.get("VmRSS", "0 kB").split()[0])
    return total // 1024
