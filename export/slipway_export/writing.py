"""Files into a folder, all or none: nothing half-written is ever seen under its name."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from slipway_export.model import ExportRefused


def check(folder: Path, *, force: bool = False) -> None:
    """Raises ExportRefused where the folder holds anything that may not be added to."""
    if folder.exists() and any(folder.iterdir()) and not force:
        raise ExportRefused(f"the folder {folder} is not empty; give another one, or --force")


def write(files: Mapping[str, bytes], folder: Path, *, force: bool = False) -> None:
    """Write the files under their names; as `check` where the folder holds anything.

    With `force`, files of the same names are replaced one by one, and others stay.
    """
    check(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _put(new, files, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _put(new: Path, files: Mapping[str, bytes], folder: Path) -> None:
    """The whole folder in one step where there is none yet, else file by file."""
    if not folder.exists() or not any(folder.iterdir()):
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(0o777 & ~mask)
        new.replace(folder)
        return
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(folder / name)
