"""What an inspection found that somebody should know, in four grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["refuse", "approve", "warn", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `refuse` stops a release, `approve` waits for a person's approval, `warn` will
    probably bite, `note` is good to know."""

    grade: Grade
    rule: str
    member: str
    message: str
    remedy: str

    @property
    def sentence(self) -> str:
        """What a person is told: the finding and its remedy, and where it is."""
        said = f"{self.message.rstrip('.')}; {self.remedy}"
        return f"{self.member}: {said}" if self.member else said
