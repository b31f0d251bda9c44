"""What an artifact is: the facts, and their document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from slipway.artifacts.archives.archive import Member
    from slipway.artifacts.findings import Finding

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
