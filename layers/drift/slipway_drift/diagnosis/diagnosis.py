"""What explains a window's findings, and how it is written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway_drift.jackson import Document


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One cause, of which columns, since when ("" where that is not known), how it shows, and how
    many of the window's findings it explains."""

    cause: str
    columns: tuple[str, ...]
    since: str
    evidence: str
    explains: int

    def document(self) -> Document:
        return {**asdict(self), "columns": list(self.columns)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The causes of so many findings, those that explain most first."""

    findings: int = 0
    causes: tuple[Diagnosis, ...] = ()

    def document(self) -> Document:
        return {"findings": self.findings, "causes": [held.document() for held in self.causes]}
