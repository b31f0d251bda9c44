"""The report's words and numbers, as people read them."""

from __future__ import annotations

import math
import re
from html import escape as escape_html
from typing import Final

DASH: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONG_FRACTION: Final = re.compile(r"\d+\.\d{5,}(E-?\d+)?")
BROKEN_METRIC: Final = re.compile(
    r"Metric (\S+) with (\S+) \+/- \S+ was (Less|Greater)ThanThreshold '([^']+)'"
)
CONTROLS: Final = {code: f"\\x{code:02x}" for code in range(32)} | {127: "\\x7f"}

CHECKS: Final = {
    "data_type_check": "Type",
    "completeness_check": "Completeness",
    "baseline_drift_check": "Drift",
    "missing_column_check": "Missing columns",
    "extra_column_check": "Extra columns",
    "categorical_values_check": "Unknown values",
    "input_drift_check": "Distribution",
    "prediction_drift_check": "Prediction",
    "input_stability_check": "Stability",
    "prediction_stability_check": "Prediction stability",
    "range_check": "Range",
    "non_negative_check": "Sign",
    "null_check": "Missing values",
    "mistyped_check": "No numbers",
    "unseen_check": "New values",
    "sample_size_check": "Sample size",
    "unreadable_check": "Unreadable records",
    "column_order_check": "Column order",
    "labels_check": "Labels, not answers",
}


def escape(text: object) -> str:
    """Make any text safe to stand in HTML; control characters are shown, not sent."""
    return escape_html(printed(text))


def printed(text: object) -> str:
    """Any text in one line; control characters are shown, not sent."""
    return str(text).translate(CONTROLS)


def amount(given: float | str | None) -> str:
    """A number in four digits, with thousands set apart; a dash where there is none.

    What JSON cannot say stands quoted in the files: `"NaN"`, `"Infinity"`.
    """
    if given is None:
        return DASH
    value = float(given)
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "not a number"
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}".replace("-", MINUS)
    if 1000 <= abs(value) < 1e9:
        return f"{value:,.0f}".replace("-", MINUS)
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    power = f" {TIMES} 10{str(int(exponent)).translate(RAISED)}" if exponent else ""
    return mantissa.replace("-", MINUS) + power


def shortened(text: str) -> str:
    """Cut the long fractions in a text to what can be read."""
    return LONG_FRACTION.sub(lambda found: f"{float(found.group()):.4g}", text)


def percent(share: float | None) -> str:
    """A share in percent; 100 % and 0 % are said only where they are exact."""
    if share is None:
        return DASH
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    rounded = f"{share * 100:.1f}"
    if rounded in ("0.0", "100.0"):
        return "< 0.1%" if share < 0.5 else "> 99.9%"
    return f"{rounded}%"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def check_name(check: str) -> str:
    return CHECKS.get(check, check.replace("_", " ").capitalize())


def metric_words(description: str) -> tuple[str, str] | None:
    """Name a metric of model quality, and say what it is and should be; None for other texts."""
    found = BROKEN_METRIC.fullmatch(description)
    if not found:
        return None
    name, value, side, threshold = found.groups()
    allowed = "at least" if side == "Less" else "at most"
    try:
        text = f"{amount(value)}, where {allowed} {amount(threshold)} is asked for"
    except ValueError:
        return None
    return name.replace("_", " "), text
