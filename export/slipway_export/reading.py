"""An artifact read for its export: inspected as a release would, then its files, in memory.

    bytes ──► inspect ──► refused? ──► the same bytes again ──► members
                            └ ends here, whatever the target

The second reading is held against the first one's sha256, so a file that changes between them is
noticed.
"""

from collections.abc import Callable, Iterator
from typing import IO, Final

from slipway.artifacts import Archive, Inspection, inspect
from slipway.artifacts.archives.refusal import GIB

from slipway_export.model import ExportRefused, Model

MOST: Final = 4 * GIB  # bytes of files that are held at once
SERVING: Final = frozenset(
    {
        *("disk-too-small", "handlers-missing", "model-fn-missing", "model-in-code"),
        *("model-in-folder", "saved-model-folder", "script-misplaced", "script-missing"),
        *("script-syntax", "transform-fn-and-others"),
    }
)  # what keeps a model from being served, and not from leaving
_CHUNK: Final = 1 << 20

Say = Callable[[int], None]


def read(file: IO[bytes], say: Say = lambda _: None, most: int = MOST) -> Model:
    """The model in an open model.tar.gz, from its beginning; `say` hears of each byte passed.

    Raises ArchiveRefused where it is no clean archive, and ExportRefused where a finding refuses
    it, where its files are larger than `most` bytes, or where it changes while it is read.
    """
    inspection = inspect(_chunks(file, say))
    refusals = [f for f in inspection.findings if f.grade == "refuse" and f.rule not in SERVING]
    if refusals:
        raise ExportRefused("; ".join(finding.sentence for finding in refusals))
    if inspection.unpacked > most:
        raise ExportRefused(
            f"its files have {inspection.unpacked} bytes, and at most {most} are converted, in "
            "memory; pack only the model's own files"
        )
    return Model(inspection, _members(file, inspection, say))


def _members(file: IO[bytes], inspection: Inspection, say: Say) -> dict[str, bytes]:
    archive = Archive(_chunks(file, say))
    members = {}
    left = inspection.unpacked
    for entry in archive:
        left -= entry.size
        if left < 0:
            break
        members[entry.name] = entry.read(entry.size)
    if left or archive.sha256 != inspection.sha256:
        raise ExportRefused("it changed while it was read")
    return members


def _chunks(file: IO[bytes], say: Say) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        say(len(chunk))
        yield chunk
