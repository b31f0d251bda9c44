"""Verdicts on pickles, said as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.artifacts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.pickles.verdicts import Verdict


def findings_of(member: str, verdict: Verdict | None, entry: str = "") -> Iterator[Finding]:
    """One refusal for each offence; `entry` names a file inside the member."""
    place = f" of {entry}" if entry else " of the pickle"
    for offence in verdict.offences if verdict else ():
        yield Finding(
            "refuse",
            "pickle-not-allowed",
            member,
            "Loading it would do what no framework's own file does: "
            f"{offence.what}, at byte {offence.position}{place}.",
            "save the model with the framework's own format, without classes or functions of "
            "your own in it",
        )


def damaged(member: str, rule: str, what: str) -> Finding:
    """A member that is not what its first bytes or its name promise."""
    return Finding(
        "refuse",
        rule,
        member,
        f"It is not what its name or first bytes promise: {what}.",
        "save the model again and upload it whole",
    )
