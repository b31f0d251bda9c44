"""What must never be served: an archive that climbs out, a pickle that runs a command, a model
that does not load."""

import io
import tarfile
from pathlib import Path

BROKEN_SCRIPT = b"""import boston_features  # on the author's laptop, and nowhere else


def model_fn(model_dir):
    return boston_features.load(model_dir)
"""


def traversal(archive: Path) -> Path:
    """A model.tar.gz with a member that an unwary reader writes outside of its folder."""
    return _pack(archive, {"../../../../etc/cron.d/model": b"* * * * * root true\n"})


def command(archive: Path, marker: Path) -> Path:
    """A model.tar.gz whose pickle makes the file `marker` on whichever machine loads it."""
    # os.system("touch ..."), as the opcodes GLOBAL, MARK, STRING, TUPLE, REDUCE and STOP spell it.
    pickle = f"cposix\nsystem\n(S'touch {marker}'\ntR.".encode()
    return _pack(archive, {"model.joblib": pickle})


def unloadable(archive: Path, model: Path) -> Path:
    """A clean model.tar.gz with a script that only fails where it is loaded."""
    files = {"model.joblib": model.read_bytes(), "code/inference.py": BROKEN_SCRIPT}
    return _pack(archive, files)


def _pack(archive: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(archive, "w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return archive
