"""A folder, or a model file by itself, as the model.tar.gz that SageMaker's containers read.

The same files give the same bytes, whenever and by whomever they are packed, so that pushing again
what serves already changes nothing.
"""

import gzip
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from slipway.artifacts.archives.gunzip import GZIP
from slipway.artifacts.archives.mistaken import what_else
from slipway.artifacts.archives.tar import BLOCK, is_header
from slipway.artifacts.members.scripting import hooks_of

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem

ARCHIVES = (".tar.gz", ".tgz")
_CODE, _ENTRY, _REQUIREMENTS = "code/", "inference.py", "requirements.txt"
_SAVED_MODEL = "saved_model.pb"
_NEVER = frozenset({"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini", "node_modules", "venv"})
_MODELS = (
    *(".joblib", ".pkl", ".pickle", ".sav", ".pt", ".pth", ".h5", ".keras", ".onnx", ".cbm"),
    *(".ubj", ".bst", ".safetensors"),
)
_PACKED = ("bare-model", "json-document", "xml-document", "not-gzip")
_SHOWN = 6
_CHUNK = 1 << 20
_LARGE = 10_000_000
_MODE = 0o644

Files = dict[str, Path]


@dataclass(frozen=True, slots=True)
class Packing:
    """What is packed: each file by its name in the archive, and what was done to get there."""

    files: Mapping[str, Path]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.stat().st_size for file in self.files.values())


def is_archive(source: Path) -> bool:
    """Whether it is uploaded as it is: an archive, or what only its inspection can name."""
    if not source.is_file() or source.name.endswith(ARCHIVES):
        return source.is_file()
    with source.open("rb") as opened:
        head = opened.read(BLOCK)
    if head.startswith(GZIP):
        return _holds_tar(source)
    return what_else(head)[0] not in _PACKED


def chunks(file: Path) -> Iterator[bytes]:
    """A file's bytes, a megabyte at a time."""
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _holds_tar(source: Path) -> bool:
    try:
        with gzip.open(source) as opened:
            return is_header(opened.read(BLOCK).ljust(BLOCK))
    except (OSError, EOFError, zlib.error):
        return True


@contextmanager
def packed(source: Path, code: Path | None, say: Callable[[str], None]) -> Iterator[Path]:
    """The archive to upload: `source` itself, or what it was packed into, saying so."""
    if is_archive(source):
        if code:
            raise Problem(
                f"{source} is packed already, and --code would change it",
                f"Unpack it (`tar -xzf {source} -C FOLDER`), and push the folder.",
                Exit.USAGE,
            )
        yield source
        return
    source.stat()
    packing = plan(source, code)
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        archive = Path(folder) / "model.tar.gz"
        write(packing, archive)
        say(_told(source, packing))
        yield archive


def _told(source: Path, packing: Packing) -> str:
    names = sorted(packing.files)
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    lines = (f"packed {source}: {shown} ({screen.size(packing.size)})", *packing.notes)
    return "\n  ".join(lines)


def plan(source: Path, code: Path | None = None) -> Packing:
    """How a folder or a model file is packed, `code` (a folder or a script) beside it.

    Raises Problem where only the user can say what is meant.
    """
    notes: list[str] = []
    files = _folder(source, notes) if source.is_dir() else {source.name: source}
    files = _saved_model(_scripts(files, notes), notes)
    if code:
        files |= _code(code, notes)
    if not files:
        raise Problem(
            f"{source} holds nothing to pack", "Give a model file or its folder.", Exit.USAGE
        )
    return Packing(files, tuple(notes))


def write(packing: Packing, archive: Path) -> None:
    """Pack, code and configuration first, so that whoever reads the archive learns early."""
    order = sorted(packing.files, key=lambda name: (*_weight(packing.files[name], name), name))
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in order:
            _add(tar, name, packing.files[name])


def _weight(file: Path, name: str) -> tuple[bool, bool]:
    return not name.startswith(_CODE), file.stat().st_size > _LARGE


def _add(tar: tarfile.TarFile, name: str, file: Path) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mode = file.stat().st_size, _MODE
    with file.open("rb") as opened:
        tar.addfile(header, opened)


def _folder(source: Path, notes: list[str]) -> Files:
    """The files of a folder, or of the only folder in it."""
    skipped: list[str] = []
    files = dict(_walk(source, skipped))
    if skipped:
        shown = ", ".join(sorted(skipped)[:5]) + (" …" if len(skipped) > 5 else "")
        notes.append(f"left out {shown}")
    while (only := _only_folder(files)) is not None:
        files = {name.removeprefix(only): file for name, file in files.items()}
        notes.append(f"packed what is in {only}, which is all there is")
    return files


def _walk(source: Path, skipped: list[str]) -> Iterator[tuple[str, Path]]:
    for here, folders, names in os.walk(source):
        inside = Path(here)
        left = {name for name in (*folders, *names) if _is_left_out(name)}
        skipped += [(inside / name).relative_to(source).as_posix() for name in left]
        folders[:] = sorted(set(folders) - left)
        for name in folders:
            _check_folder(inside / name)
        for name in sorted(set(names) - left):
            yield (inside / name).relative_to(source).as_posix(), _plain(inside / name)


def _is_left_out(name: str) -> bool:
    """Hidden files, which may be secrets, and what tools leave behind."""
    return name.startswith(".") or name in _NEVER or name.endswith(".pyc")


def _check_folder(folder: Path) -> None:
    if folder.is_symlink():
        raise Problem(
            f"{folder} is a link to a folder",
            "Put the folder itself there, or pack without it.",
            Exit.USAGE,
        )


def _plain(file: Path) -> Path:
    """A regular file; a link to one is as good, as the cache of Hugging Face has them."""
    if not file.is_file():
        raise Problem(
            f"{file} is neither a file nor a folder",
            "Remove it, or pack without it.",
            Exit.USAGE,
        )
    return file


def _only_folder(files: Files) -> str | None:
    """The folder that holds everything, unless a container looks for it under that very name."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) != 1 or any("/" not in name for name in files):
        return None
    (top,) = tops
    return None if top.isdigit() or f"{top}/" == _CODE else f"{top}/"


def _scripts(files: Files, notes: list[str]) -> Files:
    """Scripts at the root go to code/, and a model that lies there comes out of it."""
    if not any(name.startswith(_CODE) for name in files):
        return _renamed(files, {name: _CODE + name for name in _code_at_root(files)}, notes)
    outside = [name for name in files if not name.startswith(_CODE)]
    inside = [name for name in files if name.startswith(_CODE) and name.endswith(_MODELS)]
    if outside or not inside:
        return files
    return _renamed(files, {name: name.removeprefix(_CODE) for name in inside}, notes)


def _code_at_root(files: Files) -> Iterator[str]:
    """The script at the root, with the modules, packages and requirements beside it."""
    if _ENTRY not in files:
        return
    packages = {name.removesuffix("__init__.py") for name in files if _is_package(name)}
    for name in files:
        module = "/" not in name and (name.endswith(".py") or name == _REQUIREMENTS)
        if module or name.partition("/")[0] + "/" in packages:
            yield name


def _is_package(name: str) -> bool:
    return name.endswith("/__init__.py") and name.count("/") == 1


def _saved_model(files: Files, notes: list[str]) -> Files:
    """TensorFlow Serving looks in a folder that is named by an integer."""
    if _SAVED_MODEL not in files:
        return files
    return _renamed(files, {n: f"1/{n}" for n in files if not n.startswith(_CODE)}, notes)


def _renamed(files: Files, names: Mapping[str, str], notes: list[str]) -> Files:
    if names:
        old = min(names, key=lambda name: (name not in (_ENTRY, _SAVED_MODEL), name))
        more = f" and {len(names) - 1} more beside it" if len(names) > 1 else ""
        notes.append(f"moved {old} to {names[old]}{more}, where the container looks for it")
    return {names.get(name, name): file for name, file in files.items()}


def _code(code: Path, notes: list[str]) -> Files:
    """A script, or a folder with one, under code/."""
    if code.is_file():
        return {_CODE + _ENTRY: code}
    found = _folder(code, notes)
    files = {name.removeprefix(_CODE): file for name, file in found.items()}
    if _ENTRY not in files:
        script = _only_script(code, files)
        files[_ENTRY] = files.pop(script)
        notes.append(f"packed {script} as code/{_ENTRY}, where the container looks for it")
    return {_CODE + name: file for name, file in files.items()}


def _only_script(code: Path, files: Files) -> str:
    """The one file at the top of `code` that defines what a container calls."""
    top = [name for name in files if PurePosixPath(name).parent == PurePosixPath()]
    scripts = [name for name in top if name.endswith(".py") and hooks_of(files[name].read_bytes())]
    if len(scripts) != 1:
        told = " and ".join(sorted(scripts)) or "no file at its top"
        raise Problem(
            f"{code} has no {_ENTRY}: {told} {'each ' if scripts else ''}"
            f"define{'' if scripts else 's'} a model_fn or a handler",
            f"Name the script that serves the model {_ENTRY}, or give that file to --code.",
            Exit.USAGE,
        )
    return scripts[0]
