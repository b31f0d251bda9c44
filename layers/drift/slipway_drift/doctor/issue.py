"""What is wrong with a baseline, and how it is written beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slipway_drift.jackson import Document


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing: of which column ("" for the whole), how it shows, what comes of it, what helps."""

    kind: str
    column: str
    evidence: str
    consequence: str
    remedy: str

    @property
    def told(self) -> str:
        """The issue in one line."""
        where = f"{self.column}: " if self.column else ""
        return f"{where}{self.evidence}: {self.consequence}; {self.remedy}"


def issues_document(issues: Iterable[Issue]) -> list[Document]:
    return [asdict(issue) for issue in issues]


def read_issues(held: Iterable[Mapping[str, Any]]) -> tuple[Issue, ...]:
    return tuple(Issue(**item) for item in held)
