"""The facts of an artifact, found in one pass over its bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from slipway.artifacts.advice import advise
from slipway.artifacts.archives.archive import Archive
from slipway.artifacts.archives.effort import Effort
from slipway.artifacts.archives.refusal import GIB
from slipway.artifacts.inspection import Inspection
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

DISK: Final = 30 * GIB  # what SageMaker gives an instance without a volume size
GRADES: Final = ("refuse", "approve", "warn", "note")


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
