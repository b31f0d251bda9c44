"""A container's own folder tree: /opt/ml/model, the user's code, a place for temporary files."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.artifacts.archives.archive import Archive
from slipway.artifacts.archives.refusal import ArchiveRefused

Fetch = Callable[[str], bytes | Path]

_CHUNK = 1024 * 1024
_MODEL = "/opt/ml/model"


class FolderRefused(Exception):
    """The model or its code cannot be laid out; the message names the URL or path and why."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a container's files are on this machine."""

    root: Path
    code: Path

    @property
    def model(self) -> Path:
        """What is /opt/ml/model in a real container."""
        return self.root / "opt/ml/model"

    @property
    def program(self) -> Path:
        """Where the command of somebody's own image starts."""
        return self.root / "opt/ml/program"

    @property
    def failure(self) -> Path:
        """Where the container writes why it gave up."""
        return self.root / "opt/ml/output/failure"

    @property
    def temporary(self) -> Path:
        """Its working folder and HOME."""
        return self.root / "tmp"


def lay_out(
    root: Path, model_data_url: str | None, variables: Mapping[str, str], fetch: Fetch
) -> Folders:
    """Unpack the model, and the code that SAGEMAKER_SUBMIT_DIRECTORY names, under `root`.

    Raises FolderRefused.
    """
    for name in ("opt/ml/model", "opt/ml/output", "opt/ml/code", "tmp"):
        (root / name).mkdir(parents=True)
    if model_data_url:
        _unpack(model_data_url, root / "opt/ml/model", fetch)
    submitted = variables.get("SAGEMAKER_SUBMIT_DIRECTORY", "/opt/ml/code")
    return Folders(root, _code_folder(submitted, root, fetch))


def _code_folder(submitted: str, root: Path, fetch: Fetch) -> Path:
    if submitted.startswith("s3://"):
        _unpack(submitted, root / "opt/ml/code", fetch)
        return root / "opt/ml/code"
    inside = (root / submitted.lstrip("/")).resolve()
    if not inside.is_relative_to(root.resolve()) or not submitted.startswith("/opt/ml/"):
        raise FolderRefused(
            f"SAGEMAKER_SUBMIT_DIRECTORY is {submitted!r}: give an s3:// URL of a sourcedir.tar.gz "
            f"or a folder of the container, as {_MODEL}/code"
        )
    return inside


def _unpack(url: str, folder: Path, fetch: Fetch) -> None:
    """Write an archive's files; nothing but plain files and folders, nothing outside `folder`."""
    source = _fetched(url, fetch)
    try:
        for entry in Archive(_chunks(source)):
            path = folder / entry.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                while part := entry.some():
                    file.write(part)
    except ArchiveRefused as refused:
        raise FolderRefused(f"{url}: {refused}") from refused
    except OSError as error:
        raise FolderRefused(f"{url} cannot be unpacked: {error}") from error


def _fetched(url: str, fetch: Fetch) -> bytes | Path:
    try:
        return fetch(url)
    except Exception as error:
        raise FolderRefused(f"failed to download {url}: {error!r}") from error


def _chunks(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def sweep(containers: Path) -> None:
    """Remove what processes that are dead now have left in their folders, named by their number."""
    for folder in containers.glob("[0-9]*"):
        try:
            os.kill(int(folder.name), 0)
        except ProcessLookupError:
            discard(folder)
        except PermissionError:
            continue


def discard(root: Path) -> None:
    """Remove a container's folder tree, whatever its user left in it."""
    shutil.rmtree(root, ignore_errors=True)
