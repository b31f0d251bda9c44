"""Every violation in a window's files, whoever wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.violations import read_violations
from slipway_drift.documents import OWN_VIOLATIONS, VIOLATIONS, parse_bytes
from slipway_drift.errors import DriftError
from slipway_drift.results import Finding

if TYPE_CHECKING:
    from slipway_drift.checks.violations import Violation
    from slipway_drift.results import Files


def findings(files: Files) -> tuple[Finding, ...]:
    """List the violations of data quality, model quality and bias, Model Monitor's first."""
    return tuple(
        finding(violation)
        for name in (VIOLATIONS, OWN_VIOLATIONS)
        if name in files
        for violation in violations_in(files, name)
    )


def violations_in(files: Files, name: str) -> tuple[Violation, ...]:
    """Read one file of violations; none where it is absent."""
    if name not in files:
        return ()
    try:
        return read_violations(parse_bytes(files[name], name))
    except DriftError as error:
        text = str(error)
        raise DriftError(text if text.startswith(name) else f"{name}: {text}") from error


def finding(violation: Violation) -> Finding:
    """A bias report names its facet as the feature; a metric is told where its text does not."""
    text = violation.description
    if violation.metric and plain(violation.metric) not in plain(text):
        text = f"{violation.metric}: {text}"
    if violation.facet and violation.facet_value:
        text = f"{violation.facet} = {violation.facet_value}, {text}"
    return Finding(violation.feature or violation.facet or "", violation.check, text)


def plain(text: str) -> str:
    """A name without its case and joints: `truePositiveRate` is `true_positive_rate`."""
    return text.replace("_", "").lower()
