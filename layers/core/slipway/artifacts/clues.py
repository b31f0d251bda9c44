"""What one member of an archive tells about the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.artifacts.findings import Finding
    from slipway.artifacts.pickles.verdicts import Asked

Details = "Mapping[str, Any]"  # JSON: str, int, float, bool, None, lists and dicts of them


@dataclass(frozen=True, slots=True)
class Clue:
    """The format of a member, the kind of model it speaks for, and what it tells.

    `kind` is empty where a member says nothing by itself (a tokenizer, a README). `asked` is what
    its pickles reach for that is on no list, so that the archive as a whole must vouch for it.
    """

    member: str
    format: str
    kind: str = ""
    framework: str = ""
    version: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    asked: tuple[Asked, ...] = ()
