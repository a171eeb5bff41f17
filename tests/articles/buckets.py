"""A server on loopback that speaks S3, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "clinic", "AWS_SECRET_ACCESS_KEY": "of-a-test"}


@contextmanager
def bucket_server(bucket: str) -> Iterator[str]:
    """Meanwhile there is this private bucket, and this process has its keys; yield the address."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            url = "http://{}:{}".format(*server.get_host_and_port())
            client = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
            client.create_bucket(Bucket=bucket)
            yield url
        finally:
            server.stop()
