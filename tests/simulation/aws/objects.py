"""S3 in memory: one versioned bucket, objects by key."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import Any, Final, NamedTuple

from tests.simulation.aws.client import Client, Request
from tests.simulation.aws.errors import Invalid, known
from tests.simulation.aws.faults import Faults

PAGE: Final = 3
"""Keys of a listing; S3's own pages have a thousand."""


class Version(NamedTuple):
    """One content that an object has had."""

    id: str
    body: bytes
    metadata: dict[str, str]

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body).hexdigest()}"'


class Objects(Client):
    """The client of a bucket; `versions` is all that it holds, the newest last."""

    def __init__(self, bucket: str, faults: Faults) -> None:
        super().__init__("s3", faults)
        self._bucket = bucket
        self._numbers = count(1)
        self.versions: dict[str, list[Version]] = {}

    def add(self, key: str, body: bytes, metadata: dict[str, str] | None = None) -> Version:
        """As who writes it without asking, such as Firehose."""
        version = Version(f"v{next(self._numbers)}", body, metadata or {})
        self.versions.setdefault(key, []).append(version)
        return version

    def current(self, prefix: str) -> Iterator[bytes]:
        """What is read under a prefix, in the order of keys."""
        yield from (self.versions[key][-1].body for key in sorted(self.versions) if key.startswith(prefix))

    def put_object(self, **request: Any) -> Any:
        return self._call("PutObject", request, self._put)

    def get_object(self, **request: Any) -> Any:
        return self._call("GetObject", request, self._get)

    def delete_object(self, **request: Any) -> Any:
        return self._call("DeleteObject", request, self._delete)

    def list_objects_v2(self, **request: Any) -> Any:
        return self._call("ListObjectsV2", request, self._list)

    def _put(self, request: Request) -> Any:
        known(request, frozenset({"Bucket", "Key", "Body"}), frozenset({"IfMatch", "Metadata"}))
        if "IfMatch" in request and self._newest(request).etag != request["IfMatch"]:
            raise Invalid("At least one of the pre-conditions you specified did not hold", "PreconditionFailed")
        version = self.add(request["Key"], request["Body"], dict(request.get("Metadata", {})))
        return {"ETag": version.etag, "VersionId": version.id}

    def _get(self, request: Request) -> Any:
        known(request, frozenset({"Bucket", "Key"}), frozenset())
        found = self._newest(request)
        return {"Body": BytesIO(found.body), "ETag": found.etag, "VersionId": found.id, "Metadata": found.metadata}

    def _delete(self, request: Request) -> Any:
        """A version that is not there is deleted as well as any other."""
        known(request, frozenset({"Bucket", "Key", "VersionId"}), frozenset())
        left = [each for each in self.versions.get(request["Key"], ()) if each.id != request["VersionId"]]
        self.versions[request["Key"]] = left
        if not left:
            del self.versions[request["Key"]]
        return {}

    def _list(self, request: Request) -> Any:
        known(request, frozenset({"Bucket", "Prefix"}), frozenset({"StartAfter"}))
        self._check(request)
        keys = sorted(
            key for key in self.versions if key.startswith(request["Prefix"]) and key > request.get("StartAfter", "")
        )
        return {"Contents": [{"Key": key} for key in keys[:PAGE]], "IsTruncated": len(keys) > PAGE}

    def _newest(self, request: Request) -> Version:
        self._check(request)
        if request["Key"] not in self.versions:
            raise Invalid("The specified key does not exist.", "NoSuchKey")
        return self.versions[request["Key"]][-1]

    def _check(self, request: Request) -> None:
        if request["Bucket"] != self._bucket:
            raise Invalid("The specified bucket does not exist", "NoSuchBucket")


class Paging:
    """The same client with botocore's paginator of a listing."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_paginator(self, operation: str) -> "Paging":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, **request: Any) -> Iterator[Any]:
        while True:
            page = self._client.list_objects_v2(**request)
            yield page
            if not page["IsTruncated"]:
                return
            request["StartAfter"] = page["Contents"][-1]["Key"]
