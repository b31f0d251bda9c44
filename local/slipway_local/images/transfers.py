"""A job's files on their way: from S3 into its container's folders, and back."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.folders import Fetch
from slipway_local.sagemaker import sources
from slipway_local.sagemaker.jobs import Sink, Source

_PROCESSING = "/opt/ml/processing/"


class TransferFailed(Exception):
    """A job's input or output cannot be moved; the message names the URL or path and why."""


@dataclass(frozen=True, slots=True)
class Objects:
    """S3: `fetch` gives an object's bytes or a file of them, `find` the URLs below a prefix,
    `put` takes bucket, key and bytes."""

    fetch: Fetch
    find: Callable[[str], Sequence[str]]
    put: Callable[[str, str, bytes], None]


def download(source: Source, root: Path, objects: Objects) -> None:
    """Lay an input out under `root`. Raises TransferFailed, also where there is no object."""
    folder = place(root, source.local_path)
    folder.mkdir(parents=True, exist_ok=True)
    found = [(url, name) for url, name in _listed(source, objects) if not url.endswith("/")]
    if not found:
        raise TransferFailed(f'No S3 objects found under S3 URL "{source.url}" given in input data')
    for url, name in found:
        _lay(url, place(folder, name), objects)


def place(folder: Path, path: str) -> Path:
    """A path of the container on this machine. Raises TransferFailed where it leads outside."""
    found = folder / path.lstrip("/")
    if ".." in found.parts:
        raise TransferFailed(f"{path!r} leads out of its folder: give a path without `..`")
    return found


def checked(local_path: str) -> str:
    """A LocalPath that SageMaker takes. Raises TransferFailed."""
    if not f"{local_path}/".startswith(_PROCESSING) or ".." in local_path.split("/"):
        raise TransferFailed(f"LocalPath is {local_path!r}: give a folder under {_PROCESSING}")
    return local_path


class Upload:
    """Sends an output's files, each when it is new or has changed since it was sent."""

    def __init__(self, sink: Sink, root: Path, objects: Objects) -> None:
        self._folder = place(root, sink.local_path)
        self._bucket, _, self._prefix = sink.url.removeprefix("s3://").partition("/")
        self._put = objects.put
        self._sent: dict[Path, tuple[int, int]] = {}

    def send(self) -> None:
        """Send what there is. Raises OSError when S3 does not take it."""
        for path in _files(self._folder):
            state = path.stat()
            version = (state.st_size, state.st_mtime_ns)
            if self._sent.get(path) != version:
                name = path.relative_to(self._folder).as_posix()
                key = f"{self._prefix.rstrip('/')}/{name}".lstrip("/")
                self._put(self._bucket, key, _read(path))
                self._sent[path] = version


def _listed(source: Source, objects: Objects) -> Iterator[tuple[str, str]]:
    """Each object's URL and its path below the local one."""
    if source.manifest:
        try:
            yield from sources.named(_bytes(source.url, objects), source.url)
        except ValueError as error:
            raise TransferFailed(str(error)) from error
        return
    found = objects.find(source.url) if source.chosen is None else source.chosen
    for url in found:
        yield url, sources.below(source.url, url)


def _lay(url: str, path: Path, objects: Objects) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(url, objects))
    except OSError as error:
        raise TransferFailed(f"{url} cannot be laid out: {error}") from error


def _bytes(url: str, objects: Objects) -> bytes:
    try:
        held = objects.fetch(url)
    except Exception as error:
        raise TransferFailed(f"failed to download {url}: {error}") from error
    return held.read_bytes() if isinstance(held, Path) else held


def _files(folder: Path) -> list[Path]:
    """Plain files, oldest first: a link that a script left would lead out of the container."""
    found = [Path(parent) / name for parent, _, names in os.walk(folder) for name in names]
    plain = [path for path in found if path.is_file() and not path.is_symlink()]
    return sorted(plain, key=lambda path: (path.stat().st_mtime_ns, path))


def _read(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read()
