"""The type of one literal, judged on its raw text as Deequ 2.0.2 does (StatefulDataType).

The patterns are ASCII and must match the whole literal, so `.5`, `1.`, `NaN`, `inf` and two
leading blanks are strings, `1e-5` is fractional, and one blank before the digits is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

LITERAL_TYPES: Final = ("Fractional", "Integral", "Boolean", "String")
LiteralType = Literal["Fractional", "Integral", "Boolean", "String"]
InferredType = Literal["Fractional", "Integral", "String", "Unknown"]

FRACTIONAL: Final = r"^[-+]? ?[0-9]+(?:\.[0-9]+|(?:\.[0-9]+)?[Ee][-+]?[0-9]+)$"
INTEGRAL: Final = r"^[-+]? ?[0-9]+$"
NUMERIC: Final = f"{INTEGRAL}|{FRACTIONAL}"
BOOLEANS: Final = ("true", "false")


@dataclass(frozen=True, slots=True)
class LiteralCounts:
    """How many values of a column are missing, and of which type the others are."""

    missing: int = 0
    fractional: int = 0
    integral: int = 0
    boolean: int = 0
    string: int = 0

    @property
    def present(self) -> int:
        return self.fractional + self.integral + self.boolean + self.string

    @property
    def rows(self) -> int:
        return self.present + self.missing

    @property
    def inferred_type(self) -> InferredType:
        """The column's type (Deequ's determineType; a Boolean column is written as String)."""
        if not self.present:
            return "Unknown"
        if self.string or self.boolean:
            return "String"
        return "Fractional" if self.fractional else "Integral"

    def of_type(self, inferred: str) -> int:
        """Count the literals of exactly this type; booleans count as String ones."""
        exact = {
            "Fractional": self.fractional,
            "Integral": self.integral,
            "String": self.string + self.boolean,
        }
        return exact.get(inferred, 0)

    def merge(self, other: LiteralCounts) -> LiteralCounts:
        return LiteralCounts(
            self.missing + other.missing,
            self.fractional + other.fractional,
            self.integral + other.integral,
            self.boolean + other.boolean,
            self.string + other.string,
        )


def classify(
    texts: pl.Series, expected: InferredType = "Unknown"
) -> Mapping[LiteralType, pl.Series]:
    """Mask the literals of each type that occurs in `texts` (String, no nulls).

    `expected` says what to look for first; it changes the work, never the answer.
    """
    patterns: list[tuple[LiteralType, str]] = [("Integral", INTEGRAL), ("Fractional", FRACTIONAL)]
    if expected == "Fractional":
        patterns.reverse()
    masks: dict[LiteralType, pl.Series] = {}
    for name, pattern in patterns:
        masks[name] = texts.str.contains(pattern)
        if masks[name].all():
            return {name: masks[name]}
    others = ~(masks["Integral"] | masks["Fractional"])
    if others.any():
        masks["Boolean"] = others & texts.is_in(BOOLEANS)
        masks["String"] = others & ~masks["Boolean"]
    return {name: mask for name, mask in masks.items() if mask.any()}


def count(
    masks: Mapping[LiteralType, pl.Series], weights: pl.Series | None, missing: int
) -> LiteralCounts:
    """Add up masks of `classify`; `weights` says how often each text occurs (else once)."""

    def total(name: LiteralType) -> int:
        mask = masks.get(name)
        if mask is None:
            return 0
        return int(mask.sum() if weights is None else weights.filter(mask).sum())

    return LiteralCounts(
        missing, total("Fractional"), total("Integral"), total("Boolean"), total("String")
    )
