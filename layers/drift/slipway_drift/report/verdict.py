"""What a window amounts to, in words: for the head of the report and for notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slipway_drift.checks.violations import GENERAL_CHECKS
from slipway_drift.report.words import check_name, metric_words, plural, shortened

Held = Mapping[str, Any]

WELL: Final = "The model is as good as in the baseline"


def violations(subject: Held) -> list[Held]:
    return [*subject["violations"], *subject["slipway_violations"]]


def headline(subject: Held) -> str:
    moved = sum(1 for feature in subject["features"] if feature["violations"])
    total = len(subject["features"])
    return {
        "no data": "No data in this window",
        "too little data": "Too little data to judge",
        "blind": "Blind: too many records could not be read",
        "no drift": WELL if subject.get("metrics") else "No drift",
    }.get(
        subject["state"],
        f"{moved} of {plural(total, 'feature')} {'has' if moved == 1 else 'have'} changed"
        if moved
        else overall(subject),
    )


def overall(subject: Held) -> str:
    """The headline where violations concern no single feature."""
    names = {feature["name"] for feature in subject["features"]}
    found = [held for held in violations(subject) if held.get("feature_name") not in names]
    if all(held["constraint_check_type"] in GENERAL_CHECKS for held in found):
        return "The data's shape has changed"
    if any(held.get("facet") for held in found):
        return "The model's bias has changed"
    return "The model's quality has changed"


def lead(subject: Held, windows: Sequence[Held]) -> str:
    """What the window amounts to, in a few sentences."""
    return " ".join((judged(subject, windows), *not_compared(subject)))


def first_cause(subject: Held) -> str:
    """How much the first cause explains, and what it is; nothing where none was found."""
    found = causes(subject)
    if not found:
        return ""
    total, explained = subject["diagnosis"]["findings"], found[0]["explains"]
    cause = f"{found[0]['cause'][:1].lower()}{found[0]['cause'][1:]}"
    return (
        f"One cause explains {explained:,} of {plural(total, 'finding')}: "
        f"{cause}{of_columns(found[0])}."
    )


def causes(subject: Held) -> Sequence[Held]:
    """The causes that were found; documents of before know of none."""
    held: Sequence[Held] = subject.get("diagnosis", {}).get("causes", ())
    return held


def of_columns(cause: Held) -> str:
    """The columns of a cause, and since when."""
    names = cause["columns"]
    shown = f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if names[3:] else ''}"
    began = f", since {cause['since']}" if cause["since"] else ""
    return f" ({shown}{began})"


def not_compared(subject: Held) -> list[str]:
    """What stands in a feature's place but is of another kind than the baseline's."""
    return [
        f"{held['feature_name']}: {held['description']}"
        for held in subject["slipway_violations"]
        if held["constraint_check_type"] == "labels_check"
    ]


def judged(subject: Held, windows: Sequence[Held]) -> str:
    count = len(violations(subject))
    if subject["state"] == "blind":
        return unread(subject, count - 1)
    if subject["state"] == "no data":
        return (
            "Nothing was captured, so nothing can be said. Is the endpoint called, and capture on?"
        )
    if subject["state"] == "too little data":
        return (
            f"Only {plural(subject['rows'], 'row')} came in, too few to tell a shift from chance. "
            f"{plural(count - 1, 'other finding')} to be read with care."
        )
    if subject["state"] == "no drift" and subject.get("metrics"):
        return "Every metric is within its threshold."
    if subject["state"] == "no drift":
        return f"Every feature looks as in the baseline, within its limits.{uncounted(count)}"
    said = f"{plural(count, 'violation')}{since(windows)}."
    if subject["slipway_violations"] and not subject["violations"]:
        them = "it" if count == 1 else "any of them"
        return f"{said} Model Monitor's checks alone would not have found {them}."
    return said


def unread(subject: Held, others: int) -> str:
    """What is known of a window of which too much could not be read."""
    lost = sum(subject["rejections"].values())
    rejected = f"{plural(lost, 'record')} {'was' if lost == 1 else 'were'} rejected"
    if not subject["rows"]:
        return f"Nothing that came in could be read: {rejected}."
    rest = f" {plural(others, 'other finding')} in the {plural(subject['rows'], 'row')} read."
    return f"{rejected}, and what they say is unknown.{rest}"


def uncounted(count: int) -> str:
    """What the engine that does not judge this window found all the same."""
    if not count:
        return ""
    return f" {plural(count, 'finding')} of the checks that do not judge it: see the features."


def since(windows: Sequence[Held]) -> str:
    """Say since when there have been violations; nothing where they are new."""
    good = next((i for i, held in enumerate(reversed(windows)) if held["state"] != "violations"), 0)
    streak = good or len(windows)
    if streak < 2:
        return ""
    return f", in {streak} windows in a row, since {windows[-streak]['window']}"


def concerning(subject: Held) -> list[tuple[str, str]]:
    """Name and tell what concerns no single feature: columns, rows, a model's metrics."""
    names = {feature["name"] for feature in subject["features"]}
    return [
        metric_words(held["description"]) or (general_name(held), shortened(held["description"]))
        for held in violations(subject)
        if held.get("feature_name") not in names
    ]


def general_name(held: Held) -> str:
    metric = held.get("metric_name")
    if not metric:
        return check_name(held["constraint_check_type"])
    return f"{metric} of {held['facet']}" if held.get("facet") else str(metric)


def ordered(subject: Held) -> list[tuple[int, Held]]:
    """Number the features, those that changed most first."""

    def urgency(item: tuple[int, Held]) -> tuple[float, float]:
        feature = item[1]
        relative = (feature["distance"] or 0.0) / (feature["threshold"] or 1.0)
        return (-len(feature["violations"]), -relative)

    return sorted(enumerate(subject["features"]), key=urgency)
