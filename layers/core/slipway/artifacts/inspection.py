"""What an artifact is: the facts of one pass over its bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.advice import advise
from slipway.artifacts.archives.archive import Archive, Member
from slipway.artifacts.archives.effort import Effort
from slipway.artifacts.archives.refusal import GIB
from slipway.artifacts.kinds import runs_its_script, weigh
from slipway.artifacts.ladder import vouch
from slipway.artifacts.members.leftovers import is_leftover
from slipway.artifacts.members.member import look
from slipway.artifacts.members.requirements import fetched
from slipway.artifacts.members.scripting import ENTRY_POINT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from slipway.artifacts.archives.refusal import Limits
    from slipway.artifacts.clues import Clue
    from slipway.artifacts.findings import Finding

DISK: Final = 30 * GIB  # what SageMaker gives an instance without a volume size
GRADES: Final = ("refuse", "approve", "warn", "note")
LARGEST: Final = 32_000  # bytes of a document
_STRING: Final = 500
_FIELDS: Final = 32


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything known about a model.tar.gz; sizes in bytes, digests hexadecimal.

    `kind` is a word of KINDS, `model_file` the member that holds the model, `entry_point` the
    inference script that the artifact brings, or ""; `fetched` are that script's requirements
    which only a package index has. `details` is JSON.
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
    fetched: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a finding stops a release."""
        return any(finding.grade == "refuse" for finding in self.findings)

    @property
    def waits(self) -> str:
        """What a person must have seen and approved before it serves, or ""."""
        return "; ".join(each.sentence for each in self.findings if each.grade == "approve")


def inspect(
    chunks: Iterable[bytes],
    *,
    limits: Limits | None = None,
    disk: int = DISK,
    trusted: Collection[str] = (),
) -> Inspection:
    """Read a model.tar.gz once, in constant memory; ArchiveRefused where it is no clean one.

    `disk` is the volume of the instance that shall serve it, in bytes; `trusted` are the modules
    whose classes its pickles may have.
    """
    archive = Archive(chunks, limits)
    effort = Effort(limits, lambda: archive.size)
    clues = [_kept(look(entry, effort), effort) for entry in archive]
    meant = [clue for clue in clues if not is_leftover(clue.member)]
    model = weigh(meant)
    said = [finding for clue in clues for finding in clue.findings]
    said += vouch(clues, trusted)
    said += advise(model, meant, archive.members, disk=disk)
    scripted = ENTRY_POINT in {member.name for member in archive.members}
    family = runs_its_script(model.kind)
    return Inspection(
        sha256=archive.sha256,
        size=archive.size,
        unpacked=archive.unpacked,
        members=tuple(archive.members),
        kind=model.kind,
        framework=model.framework,
        framework_version=model.version,
        model_file=model.member,
        format=model.format,
        entry_point=ENTRY_POINT if scripted else "",
        fetched=fetched(meant, archive.members, family) if scripted else (),
        details=model.details,
        findings=tuple(sorted(said, key=lambda finding: GRADES.index(finding.grade))),
    )


def _kept(clue: Clue, effort: Effort) -> Clue:
    """The clue, whose facts are remembered to the end."""
    told = sum(len(finding.message) for finding in clue.findings)
    effort.keep(told + len(json.dumps(clue.details, default=str)))
    return clue


def as_document(inspection: Inspection) -> dict[str, Any]:
    """The inspection as JSON of at most 32 kB, for a state machine's input: long parts are cut.

    `member_count` and `finding_count` give the full lengths.
    """
    full = asdict(inspection)
    full["member_count"] = len(inspection.members)
    full["finding_count"] = len(inspection.findings)
    for keep in (100, 30, 10, 3, 1, 0):
        document: dict[str, Any] = _cut(full, keep)
        if len(json.dumps(document)) <= LARGEST:
            break
    return document


def _cut(value: Any, keep: int) -> Any:  # noqa: ANN401 - JSON
    """The value with at most `keep` items a list and `_FIELDS` an object, and short strings."""
    if isinstance(value, str):
        return value[:_STRING]
    if isinstance(value, Mapping):
        return {str(key)[:_STRING]: _cut(value[key], keep) for key in list(value)[:_FIELDS]}
    if isinstance(value, list | tuple):
        return [_cut(item, keep) for item in value[:keep]]
    return value
