"""The practice, its providers and its services. What is there already stays as staff left it."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from django.db import transaction

from appointments.models import License, Provider, Service, WeeklyHours
from articles.models import Contributor
from core.practice.models import Practice
from demo.portraits import give_portrait
from demo.providers import ROSTER, SERVICES, TESTIMONIALS, Member
from pages.models import Testimonial

PRACTICE = {
    "phone": "+16155550142",
    "phone_hours": "8 am to 8 pm Central",
    "email": "hello@example.org",
    "street": "100 Example Street, Suite 4",
    "city": "Nashville",
    "state": "TN",
    "postal_code": "37200",
    "time_zone": "America/Chicago",
    "legal_line": "A demonstration. The clinic, its staff and its patients are made up",
}

FIELDS = [
    *("name", "invitation", "summary", "audience", "channel"),
    *("minutes", "step", "buffer_after", "notice_hours", "price_cents"),
]


def create_practice() -> None:
    """Create the practice and its testimonials."""
    _practice, new = Practice.objects.get_or_create(pk=1, defaults=PRACTICE)
    if new:
        transaction.on_commit(Practice.share)
    if not Testimonial.objects.exists():
        Testimonial.objects.bulk_create(
            Testimonial(
                words=words,
                initial=initial,
                state=state,
                since=since,
                position=position,
                permission=True,
                published=True,
            )
            for position, (words, initial, state, since) in enumerate(TESTIMONIALS)
        )


def create_providers(today: date) -> list[Provider]:
    """Create the providers of the roster, in its order, with licenses for the weeks ahead."""
    known = {provider.slug: provider for provider in Provider.objects.all()}
    providers = [known.get(member.slug) or _hire(member, today) for member in ROSTER]
    License.objects.filter(provider__in=providers, expires__lt=today + timedelta(days=30)).update(
        expires=today + timedelta(days=730)
    )
    return providers


def _hire(member: Member, today: date) -> Provider:
    provider = Provider.objects.create(
        name=member.name,
        slug=member.slug,
        credentials=member.credentials,
        email=f"{member.slug}@example.org",
        time_zone=member.time_zone,
        languages=member.languages,
        about=member.about,
        biography=member.biography,
        listed=True,
    )
    give_portrait(provider)
    License.objects.bulk_create(_licenses(provider, member, today))
    WeeklyHours.objects.bulk_create(_weekly_hours(provider, member))
    return provider


def link_reviewer() -> None:
    """Let who reviews the library's articles be the provider of the same name: one account."""
    for contributor in Contributor.objects.exclude(user=None):
        provider = Provider.objects.filter(name=contributor.name, account=None)
        if not Provider.objects.filter(account=contributor.user_id).exists():
            provider.update(account=contributor.user_id)


def _licenses(provider: Provider, member: Member, today: date) -> Iterator[License]:
    place = ROSTER.index(member)
    for number, state in enumerate(member.states.split()):
        # The first ends soon enough to be noticed in the admin.
        days = 45 + 131 * ((3 * place + number) % 7)
        yield License(
            provider=provider,
            state=state,
            number=f"{state}-{4100 + 17 * place + number}",
            expires=today + timedelta(days=days),
        )


def _weekly_hours(provider: Provider, member: Member) -> Iterator[WeeklyHours]:
    of_day = {day: spans for days, spans in member.hours.items() for day in days}
    for day, spans in of_day.items():
        for span in spans.split():
            opens, closes = map(_clock, span.split("-"))
            yield WeeklyHours(provider=provider, weekday=int(day), opens=opens, closes=closes)


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute or 0))


def create_services(providers: list[Provider]) -> dict[str, Service]:
    """Create the services, each offered by those who have it in the roster; return them by slug."""
    services = {}
    for position, row in enumerate(SERVICES):
        slug, *values = row
        service, new = Service.objects.get_or_create(
            slug=slug, defaults=dict(zip(FIELDS, values, strict=True)) | {"position": position}
        )
        if new:
            service.providers.set(
                provider
                for provider, member in zip(providers, ROSTER, strict=True)
                if slug in member.offers
            )
        services[slug] = service
    return services
