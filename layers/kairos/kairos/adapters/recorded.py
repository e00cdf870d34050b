"""The archive's objects, rewritten where somebody is to be forgotten."""

import gzip
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

import orjson
from botocore.exceptions import ClientError

from kairos.domain.events import Json, Millis

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "events/"
"""As template.yaml has it."""

ERASURES: Final = "erasures/"
"""Where what stands for erased people is written down."""

_GZIP: Final = b"\x1f\x8b"

_REPLACES: Final = "replaces"
"""Metadata of an object that was rewritten: the version that must not stay behind it."""


class S3Lines:
    """The port RecordedLines."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def remember(self, marks: Collection[str], erased: Millis) -> None:
        body = orjson.dumps({"erased": erased, "marks": sorted(marks)})
        self._client.put_object(Bucket=self._bucket, Key=f"{ERASURES}{min(marks)}-{erased}.json", Body=body)

    def keys(self, after: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=PREFIX, StartAfter=after
        )
        for page in pages:
            yield from (found["Key"] for found in page.get("Contents", []))

    def rewrite(self, key: str, keep: Callable[[Json], bool]) -> int:
        try:
            got = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return 0  # it was old enough to go by itself
        self._forget(key, got.get("Metadata", {}).get(_REPLACES))  # whoever wrote this one may have died before that
        data = got["Body"].read()
        packed = data[:2] == _GZIP
        lines = (gzip.decompress(data) if packed else data).splitlines(keepends=True)
        kept = [line for line in lines if _kept(line, keep)]
        if len(kept) == len(lines):
            return 0
        body = b"".join(kept)
        same: Any = {name: got[name] for name in ("StorageClass", "ContentType", "ContentEncoding") if got.get(name)}
        version = got.get("VersionId")
        if version:
            same["Metadata"] = {_REPLACES: version}
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=gzip.compress(body) if packed else body, IfMatch=got["ETag"], **same
        )
        self._forget(key, version)
        return len(lines) - len(kept)

    def _forget(self, key: str, version: str | None) -> None:
        """One that is gone already is as good; S3 takes nothing for it."""
        if version:
            self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)


def _kept(line: bytes, keep: Callable[[Json], bool]) -> bool:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return True
    return not isinstance(found, dict) or keep(found)
