"""slipway_baseline.json: where a baseline's answers are, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway_drift.doctor.issue import Issue, issues_document, read_issues
from slipway_drift.documents import ABOUT, parse_optional
from slipway_drift.errors import DriftError
from slipway_drift.rows.answers import HOW, UNKNOWN, Answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slipway_drift.jackson import Document
    from slipway_drift.results import Files

VERSION: Final = 1
MOST_TOLD: Final = 5


def about_document(answers: Answers, issues: Iterable[Issue]) -> Document:
    return {
        "version": VERSION,
        "outputs": list(answers.names) if answers.are_known else None,
        "outputs_from": answers.how,
        "issues": issues_document(issues),
    }


def answers_in(files: Files) -> Answers:
    """The answers, and how they are known; unknown where the baseline does not say."""
    about = read_about(files)
    names, how = about.get("outputs"), about.get("outputs_from")
    if names is None or how not in HOW:
        return UNKNOWN
    return Answers(tuple(map(str, names)), how)


def issues_in(files: Files) -> tuple[Issue, ...]:
    """What is wrong with the baseline, as far as it was examined."""
    try:
        return read_issues(read_about(files).get("issues", ()))
    except TypeError as error:
        raise DriftError(f"{ABOUT}: the document is damaged: {error}") from error


def read_about(files: Files) -> Mapping[str, Any]:
    return parse_optional(files, ABOUT)


def told_of(files: Files) -> str:
    """The findings in a line each, the worst first."""
    issues = issues_in(files)
    lines = [issue.told for issue in issues[:MOST_TOLD]]
    if len(issues) > MOST_TOLD:
        lines.append(f"… and {len(issues) - MOST_TOLD:,} more in {ABOUT}")
    return "\n".join(lines)
