"""Pure: which worker takes which tasks, and what is wrong with those that run.

Letters never share a worker with what somebody waits for: an issue keeps each process that takes it
for 20 seconds at a time, and hours in all.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple


class WorkerQueues(NamedTuple):
    """The names of a site's queues. The first two belong to clinic workers, the last to others."""

    clinic: str  # the clinic's mail, and whatever else somebody waits for
    periodic: str  # what beat starts: mail that piles up must not hold it up, nor it the mail
    letters: str  # issues of the newsletter, and other long work for which nobody waits

    @classmethod
    def named(cls, name: str) -> "WorkerQueues":
        """Return the queues of the site whose BROKER_QUEUE is `name`."""
        return cls(name, f"{name}-periodic", f"{name}-newsletter")

    def of_worker(self, asked: Collection[str]) -> list[str]:
        """Return what a worker takes that was told to take these: letters alone, or none."""
        if set(asked) == {self.letters}:
            return [self.letters]
        others = [name for name in asked if name not in self]
        return [self.clinic, self.periodic, *others]

    def problems(self, taken: Mapping[str, Collection[str]]) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong.

        `taken` has the queues of each worker that runs, by the worker's name.
        """
        all_taken = {name for names in taken.values() for name in names}
        if self.clinic not in all_taken:
            yield "No worker takes the clinic's mail: confirmations and reminders wait."
        if self.periodic not in all_taken:
            yield "No worker takes what beat starts: reminders, offers and purges do not run."
        if self.letters not in all_taken:
            yield "No worker takes letters: issues of the newsletter wait."
        clinics = [set(names) for names in taken.values() if self.clinic in names]
        if clinics and all(self.letters in names for names in clinics):
            yield "Each worker for the clinic's mail takes letters too: an issue may hold it up."
