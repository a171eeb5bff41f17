"""Streams to and from age's format: whoever has a file needs the private key to open it.

What is written here `age --decrypt` opens, and the other way round. Nothing is held in memory, and
nothing lies on a disk in the clear.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _
from pyrage import x25519

PRIVATE = "AGE-SECRET-KEY-1"


class NotReadable(Exception):
    """The archive cannot be opened. The text says why."""


def new_key() -> tuple[str, str]:
    """Return a fresh private key and its public one."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def read_recipient(text: str) -> x25519.Recipient:
    """Return the public key. Raises ValueError with what is wrong."""
    if text.upper().startswith(PRIVATE):
        raise ValueError("is a private key, which must not lie here: write the public one.")
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ValueError("is no public key of age: it begins with age1.") from None


def read_identities(text: str) -> list[x25519.Identity]:
    """Return the private keys of a file as `age-keygen` writes it. Raises NotReadable."""
    lines = (line.strip() for line in text.splitlines())
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        found = [x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise NotReadable(
            _("This is no private key of age: its line begins with AGE-SECRET-KEY-1.")
        )
    return found


@contextmanager
def encrypting(into: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield a file whose content goes encrypted `into` the other. Raises its OSError."""
    keys = [read_recipient(each) for each in recipients]
    guarded = _Guarded(into)
    reader, writer = os.pipe()
    thread = _Pump(reader, lambda source: pyrage.encrypt_io(source, guarded, keys))
    file = os.fdopen(writer, "wb")
    try:
        yield file
        file.flush()
    except BrokenPipeError:
        pass  # the other end has given up, and knows why
    finally:
        with suppress(BrokenPipeError):
            file.close()
        thread.join()
    if guarded.error:
        raise guarded.error
    thread.raise_error()


@contextmanager
def decrypting(source: IO[bytes], identities: Sequence[x25519.Identity]) -> Iterator[IO[bytes]]:
    """Yield a file with what stands in `source`, which must be read to its end.

    Raises NotReadable where the key is another, or one byte is not as it was written: then what
    was read so far counts for nothing.
    """
    reader, writer = os.pipe()
    thread = _Pump(writer, lambda into: pyrage.decrypt_io(source, into, list(identities)), "wb")
    file = os.fdopen(reader, "rb")
    try:
        try:
            yield file
        except Exception:
            file.close()
            thread.join()
            thread.raise_unreadable()
            raise
        while file.read(1 << 20):  # whatever stands behind what was wanted is verified, too
            pass
    finally:
        file.close()
        thread.join()
    thread.raise_unreadable()


class _Guarded:
    """Remembers the error of a disk, of which pyrage tells the words only."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.file.flush()


class _Pump(threading.Thread):
    """Works at one end of a pipe while the caller works at the other."""

    def __init__(self, end: int, work: Callable[[IO[bytes]], Any], mode: str = "rb") -> None:
        super().__init__(daemon=True)
        self.end, self.work, self.mode = end, work, mode
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            with os.fdopen(self.end, self.mode) as file:
                self.work(file)
        except Exception as error:  # whoever asked for the work is told, in their own thread
            self.error = error

    def raise_error(self) -> None:
        if self.error:
            raise self.error

    def raise_unreadable(self) -> None:
        if self.error is None or isinstance(self.error, BrokenPipeError):
            return
        said = str(self.error).lower()
        if "no matching keys" in said:
            raise NotReadable(_("This key is not the one that it was encrypted to."))
        if "broken pipe" in said:  # we stopped reading, for a reason of our own
            return
        raise NotReadable(_("It is not whole: it was cut off, or changed, after it was made."))
