"""What changed about one feature, in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from slipway_drift.report.words import amount, percent, shortened

Held = Mapping[str, Any]


def change(feature: Held) -> str:
    """Join a phrase for each kind of violation; each is said once."""
    phrases = [phrase(held, feature) for held in feature["violations"]]
    said = "; ".join(dict.fromkeys(text for text in phrases if text))
    return said[:1].upper() + said[1:]


def phrase(violation: Held, feature: Held) -> str:
    """Say it from the numbers; where they are not known, as the violation does."""
    found = PHRASES.get(violation["check"])
    return (found(feature) if found else "") or shortened(violation["description"])


def wrong_type(feature: Held) -> str:
    counts = feature["literals"]
    expected = feature["expected_type"]
    present = sum(count for kind, count in counts.items() if kind != "missing")
    if not present:
        return ""
    right = counts.get(expected, 0) + (counts["Boolean"] if expected == "String" else 0)
    return f"{percent(1 - right / present)} of literals are not {expected}"


def incomplete(feature: Held) -> str:
    held = feature["completeness"]
    if held["baseline"] is None or held["current"] is None:
        return ""
    return f"{percent(held['current'])} complete, {percent(held['baseline'])} in the baseline"


def unknown_values(feature: Held) -> str:
    shown = feature["chart"]
    if not shown or shown["kind"] != "values":
        return "values the baseline does not know"
    new = [
        (now, value)
        for value, before, now in zip(
            shown["values"], shown["baseline"], shown["current"], strict=True
        )
        if now and not before
    ]
    if not new:
        return "values the baseline does not know"
    share, value = max(new)
    return f"values the baseline does not know, most of all {value!r} ({percent(share)})"


def moved(feature: Held) -> str:
    before, now = feature["numbers"]["baseline"], feature["numbers"]["current"]
    distance = feature["shift"]["ks"] if feature["shift"] else feature["distance"]
    if distance is None:
        return ""
    if before.get("mean") is not None and now.get("mean") is not None:
        went = f"mean {amount(before['mean'])} → {amount(now['mean'])}"
    else:
        went = "its values' shares have moved"
    return f"{went} (shifted by {amount(distance)} of 1)"


def outside(feature: Held) -> str:
    share = feature["shift"] and feature["shift"]["outside"]
    before, now = feature["numbers"]["baseline"], feature["numbers"]["current"]
    if share is None or before.get("max") is None or now.get("max") is None:
        return ""
    ends = []
    if now["min"] < before["min"]:
        ends.append(f"down to {amount(now['min'])}")
    if now["max"] > before["max"]:
        ends.append(f"up to {amount(now['max'])}")
    known = f"the baseline's {amount(before['min'])} to {amount(before['max'])}"
    return f"{percent(share)} of values lie outside {known}, {' and '.join(ends)}"


def negative(_: Held) -> str:
    return "negative values, where there were none"


PHRASES: Final[Mapping[str, Callable[[Held], str]]] = {
    "data_type_check": wrong_type,
    "completeness_check": incomplete,
    "categorical_values_check": unknown_values,
    "baseline_drift_check": moved,
    "input_drift_check": moved,
    "prediction_drift_check": moved,
    "range_check": outside,
    "non_negative_check": negative,
}
