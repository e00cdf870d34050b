"""What grows for as long as a stack runs lies on disk, compressed; memory keeps where it is."""

import pickle
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import wraps
from typing import Any, Final, TypeVar, overload

from moto.core.common_models import BaseModel
from moto.s3.models import FakeKey, S3Backend

from local.aws.seams import replace

Kept = TypeVar("Kept")
Place = tuple[int, int]
KEEP: Final = 500
"""So many of the newest stay in memory."""


class Spill:
    """An unnamed file that only grows, and is gone with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this does
        self._lock = threading.Lock()

    def put(self, data: bytes) -> Place:
        """Where it is now."""
        packed = zlib.compress(data, 1)
        with self._lock:
            at = self._file.seek(0, 2)
            self._file.write(packed)
        return at, len(packed)

    def get(self, place: Place) -> bytes:
        """What was put there."""
        with self._lock:
            self._file.seek(place[0])
            return zlib.decompress(self._file.read(place[1]))


class Shelf(Sequence[Kept]):
    """A list that only grows, of which only the end is in memory. What is kept must be picklable, and our own."""

    def __init__(self) -> None:
        self._spill = Spill()
        self._places: list[Place] = []
        self._newest: list[Kept] = []

    def append(self, one: Kept) -> None:
        self._newest.append(one)
        if len(self._newest) >= 2 * KEEP:
            older, self._newest = self._newest[:KEEP], self._newest[KEEP:]
            self._places += [self._spill.put(pickle.dumps(each)) for each in older]

    def extend(self, many: Iterable[Kept]) -> None:
        for one in many:
            self.append(one)

    def __len__(self) -> int:
        return len(self._places) + len(self._newest)

    def __iter__(self) -> Iterator[Kept]:
        for place in tuple(self._places):
            yield self._get(place)
        yield from tuple(self._newest)

    @overload
    def __getitem__(self, index: int) -> Kept: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Kept]: ...
    def __getitem__(self, index: int | slice) -> Kept | Sequence[Kept]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        return self._get(self._places[at]) if at < len(self._places) else self._newest[at - len(self._places)]

    def _get(self, place: Place) -> Kept:
        kept: Kept = pickle.loads(self._spill.get(place))  # noqa: S301 - put there by ourselves, in a file without a name
        return kept


class _OnDisk:
    """Stands where an S3 object of moto's has its bytes."""

    def __init__(self, spill: Spill, data: bytes) -> None:
        self._spill, self._place, self._read = spill, spill.put(data), False

    def seek(self, offset: int) -> int:
        self._read = False
        return offset

    def read(self, size: int = -1) -> bytes:
        """All of it; nothing the second time."""
        if self._read:
            return b""
        self._read = True
        return self._spill.get(self._place)

    def close(self) -> None:
        """Its place in the file is not used again."""


def _untracked(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    return object.__new__(cls)


def objects_on_disk() -> None:
    """From now on the bytes of S3's objects are there, and moto lets go of what is deleted or replaced; once a process."""
    put = S3Backend.put_object
    if getattr(put, "__wrapped__", None):
        return
    replace(BaseModel, "__new__", _untracked)  # moto's own keeps every message and row that ever was, for its dashboard
    spill = Spill()

    @wraps(put)
    def put_object(
        backend: S3Backend, bucket_name: str, key_name: str, value: bytes, *args: Any, **named: Any
    ) -> FakeKey:
        key = put(backend, bucket_name, key_name, value, *args, **named)
        key._value_buffer.close()
        vars(key)["_value_buffer"] = _OnDisk(spill, value)
        return key

    replace(S3Backend, "put_object", put_object)
