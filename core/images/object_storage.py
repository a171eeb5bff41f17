"""Pictures in a bucket of a server that speaks S3, under the same addresses as on a disk.

The bucket may be private: pages fetch a picture from us, we fetch it from there. MEDIA_STORAGE_URL
names it; on a disk Django's own storage does the same.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.deconstruct import deconstructible
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from core.circuit_breaker import CircuitBreaker

T = TypeVar("T")
OURS = re.compile(r"([\w-]+/)*[\w-]+\.\w+", re.ASCII)  # the names that uploads and sizes get
breaker = CircuitBreaker("storage of pictures")
# A thread of the web server waits no longer. Not every server knows the newer checksums.
LIMITS = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"total_max_attempts": 1},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
PATHS = LIMITS.merge(Config(s3={"addressing_style": "path"}))


class StorageAwayError(ConnectionError):
    """The server does not answer, or not to us."""


@deconstructible
class MediaStorage(S3Storage):
    """A bucket whose files are served by `articles.views.images`."""

    def __init__(self, **options: Any) -> None:
        # A bucket as part of the host's name is for those whose DNS knows it.
        options.setdefault("client_config", PATHS if options.get("endpoint_url") else LIMITS)
        super().__init__(**options)

    def url(self, name: str, *_: Any, **__: Any) -> str:
        """Return the picture's address on this site."""
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def answers(self) -> bool:
        """Say whether the bucket is there, and ours to use."""
        client = self.connection.meta.client
        return breaker.attempt(lambda: client.head_bucket(Bucket=self.bucket_name)) is not None

    def exists(self, name: str) -> bool:
        return self._ask(lambda: super(MediaStorage, self).exists(name))

    def delete(self, name: str) -> None:
        """Remove it; where the server is away it stays, and the log says so."""
        breaker.attempt(lambda: super(MediaStorage, self).delete(name) or True)

    def _open(self, name: str, mode: str = "rb") -> File:
        # What strangers ask for must not look like a server that is away.
        if len(name) > 200 or not OURS.fullmatch(name):
            raise FileNotFoundError(name)
        content = self._ask(lambda: self._content(self._normalize_name(name)))
        if not content:
            raise FileNotFoundError(name)
        return ContentFile(content, name=name)

    def _save(self, name: str, content: File) -> str:
        return self._ask(lambda: super(MediaStorage, self)._save(name, content))

    def _content(self, key: str) -> bytes:
        """Return what is in it: nothing where it is not there, or not for us."""
        try:
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key)
        except ClientError as error:
            # Who may not list a bucket gets 403 for what is not in it.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                return b""
            raise
        return answer["Body"].read()

    def _ask(self, do: Callable[[], T]) -> T:
        answer = breaker.attempt(do)
        if answer is None:
            raise StorageAwayError("The storage of pictures does not answer.")
        return answer
