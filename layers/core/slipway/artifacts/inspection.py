"""What an artifact is: the facts of one pass over its bytes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archive import Archive, Member
from slipway.artifacts.members import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slipway.artifacts.clues import Clue
    from slipway.artifacts.findings import Finding
    from slipway.artifacts.refusal import Limits

ENTRY_POINT: Final = "code/inference.py"
_MEMBERS: Final = 100


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything known about a model.tar.gz; sizes in bytes, digests hexadecimal.

    `kind` is a word of KINDS, `model_file` the member that holds the model, `entry_point` the
    inference script that the artifact brings, or "". `details` is JSON.
    """

    sha256: str
    size: int
    unpacked: int
    members: tuple[Member, ...]
    kind: str
    framework: str = ""
    framework_version: str = ""
    model_file: str = ""
    format: str = ""
    entry_point: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a finding stops a release."""
        return any(finding.grade == "refuse" for finding in self.findings)


def inspect(chunks: Iterable[bytes], *, limits: Limits | None = None) -> Inspection:
    """Read a model.tar.gz once, in constant memory; ArchiveRefused where it is no clean one."""
    archive = Archive(chunks, limits)
    clues = [look(entry) for entry in archive]
    model = _model(clues)
    names = {member.name for member in archive.members}
    return Inspection(
        sha256=archive.sha256,
        size=archive.size,
        unpacked=archive.unpacked,
        members=tuple(archive.members),
        kind=model.kind if model else "unknown",
        framework=model.framework if model else "",
        framework_version=model.version if model else "",
        model_file=model.member if model else "",
        format=model.format if model else "",
        entry_point=ENTRY_POINT if ENTRY_POINT in names else "",
        details=model.details if model else {},
        findings=tuple(finding for clue in clues for finding in clue.findings),
    )


def _model(clues: list[Clue]) -> Clue | None:
    return next((clue for clue in clues if clue.kind), None)


def as_document(inspection: Inspection) -> dict[str, Any]:
    """The inspection as JSON of at most 32 kB, for a state machine's input: long lists are cut.

    `member_count` and `finding_count` give the full lengths.
    """
    document = asdict(inspection)
    document["members"] = [asdict(member) for member in inspection.members[:_MEMBERS]]
    document["member_count"] = len(inspection.members)
    return document
