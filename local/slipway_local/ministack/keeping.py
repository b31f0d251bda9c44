"""MiniStack's state on disk, so that a cloud that was ended or killed comes back.

MiniStack writes it when it is told to end, which a crash does not. Here it is written whenever
something has changed, each file at once or not at all, and what is large beside it by its digest.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence

_SHORTEST_PAUSE = 1.0
# Of its time a busy cloud spends one part in eleven on writing itself down.
_REST = 10.0
_LARGE = 1 << 16
_BLOB = "__slipway_blob__"
_TRIES = 5
# Every call by everyone: what it says of the last hour is worth less than its size.
_FORGOTTEN = ("cloudtrail",)

Written = Callable[[], bytes]


class Keeper:
    """Keeps MiniStack's services, and others by the file they shall be kept in, in `folder`."""

    def __init__(self, folder: Path, others: Mapping[str, Written]) -> None:
        self._folder = folder
        self._others = others
        self._blobs: dict[int, tuple[bytes, str]] = {}
        self._digests: dict[str, bytes] = {}
        self._due = 0.0
        self._called = self._changed = False

    def install(self) -> None:
        """Have MiniStack write and read what it keeps as is done here; before it serves."""
        for folder in (self._folder, self._folder / "blobs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        persistence.save_state = self._save_service
        plain = persistence._json_object_hook

        def read(found: dict[str, Any]) -> Any:
            return self._blob(found[_BLOB]).read_bytes() if _BLOB in found else plain(found)

        persistence._json_object_hook = read

    def watched(self, serve: Any) -> Any:
        """The application `serve`, each of whose requests may change something. Before the first
        one it has not yet read what was kept."""

        async def serve_watched(scope: Any, receive: Any, send: Any) -> None:
            self._called = self._called or scope["type"] != "lifespan"
            await serve(scope, receive, send)

        return serve_watched

    def tick(self) -> None:
        """Write down what has changed, when it is time."""
        if time.monotonic() < self._due or not (self._called or self._changed):
            return
        began = time.monotonic()
        self.save()
        took = time.monotonic() - began
        self._due = began + took + max(_SHORTEST_PAUSE, _REST * took)

    def save(self) -> None:
        """Write down what has changed. The services that come last may know more than the first:
        a ledger that is newer than its world has attempts that were not made, which is what a
        crash leaves; the other way round would lose attempts that were."""
        self._called = self._changed = False
        for name, written in self._others.items():
            self._write(name, written())
        services = app._build_persistence_save_dict()
        kept = {name: _steady(get) for name, get in services.items() if name not in _FORGOTTEN}
        persistence.save_all(kept)

    def _save_service(self, service: str, state: Mapping[str, Any]) -> None:
        if service in _FORGOTTEN:
            return
        version = persistence._state_format_version(service)
        whole = {"__ministack_format__": version, "payload": state}
        self._write(f"{service}.json", json.dumps(whole, default=self._encoded).encode())

    def _encoded(self, value: Any) -> Any:
        if isinstance(value, bytes) and len(value) >= _LARGE:
            return {_BLOB: self._digest(value)}
        return persistence._json_default(value)

    def _digest(self, value: bytes) -> str:
        """Layers are large and never change: each is hashed and written once."""
        known = self._blobs.get(id(value))
        if known is None or known[0] is not value:
            digest = hashlib.sha256(value).hexdigest()
            if not self._blob(digest).exists():
                replace(self._blob(digest), value)
            known = self._blobs[id(value)] = (value, digest)
        return known[1]

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / digest

    def _write(self, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).digest()
        if self._digests.get(name) != digest:
            replace(self._folder / name, content)
            self._digests[name], self._changed = digest, True


def replace(path: Path, content: bytes) -> None:
    """Have `content` in the file at `path`, or what it held before, but nothing in between."""
    aside = path.with_name(f"{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _steady(get: Callable[[], Any]) -> Callable[[], Any]:
    """`get`, which copies what others change meanwhile, until nobody did."""

    def get_steadily() -> Any:
        for _ in range(_TRIES):
            with suppress(RuntimeError):
                return get()
        return None

    return get_steadily
