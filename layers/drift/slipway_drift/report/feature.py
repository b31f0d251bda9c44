"""One feature's card in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slipway_drift.report.drawings import distribution, gauge, sparkline, strip
from slipway_drift.report.words import amount, check_name, escape, percent, plural, shortened

Held = Mapping[str, Any]

TYPE_COLORS: Final = {
    "Integral": "var(--now)",
    "Fractional": "var(--base)",
    "Boolean": "var(--wait)",
    "String": "var(--soft)",
    "missing": "transparent",
}


def card(number: int, feature: Held, past: Sequence[Held | None]) -> str:
    """Write the card; `past` is the same feature in the last windows, oldest first."""
    wrong = feature["violations"]
    pill = plural(len(wrong), "violation") if wrong else "within limits"
    mark = " bad" if wrong else ""
    head = (
        f'<article class="card{mark}" id="f{number}" aria-labelledby="n{number}"><header>'
        f'<h3 id="n{number}">{escape(feature["name"])}</h3>'
        f'<span class="tag">{escape(feature["role"])}</span>'
        f'<span class="tag">{escape(feature["inferred_type"])}</span>'
        f'<span class="pill{mark}">{pill}</span></header>'
    )
    return (
        f'{head}<div class="body"><div>{distribution(feature)}{complaints(wrong)}'
        f"{measured(feature, past)}</div>{known(feature)}</div></article>"
    )


def known(feature: Held) -> str:
    """The figures, folded away where nothing is wrong."""
    held = f"{figures(feature)}{types(feature)}"
    if feature["violations"]:
        return f"<div>{held}</div>"
    return f"<details><summary>Figures of {escape(feature['name'])}</summary>{held}</details>"


def measured(feature: Held, past: Sequence[Held | None]) -> str:
    """Set the distance against its threshold, and both against the windows before."""
    name, threshold = feature["name"], feature["threshold"]
    drawn = "" if feature["distance"] is None else gauge(feature["distance"], threshold)
    distances = [held["distance"] if held else None for held in past]
    violated = [bool(held and held["violations"]) for held in past]
    return f"{drawn}{strip(name, violated)}{sparkline(name, distances, threshold)}"


def complaints(wrong: Sequence[Held]) -> str:
    if not wrong:
        return ""
    items = "".join(
        f"<li><b>{escape(check_name(held['check']))}.</b> "
        f"{escape(shortened(held['description']))}</li>"
        for held in wrong
    )
    return f'<ul class="wrong">{items}</ul>'


def noted(feature: Held) -> str:
    """What the other engine's checks say, which does not count here."""
    said = complaints(feature.get("noted", ()))
    return f"<details><summary>Noted, not counted</summary>{said}</details>" if said else ""


def figures(feature: Held) -> str:
    """Tabulate what was and what is: completeness, and for numbers their moments."""
    before, now = feature["numbers"]["baseline"], feature["numbers"]["current"]
    complete = feature["completeness"]
    rows = [("Completeness", percent(complete["baseline"]), percent(complete["current"]))]
    for label, key in (
        ("Mean", "mean"),
        ("Standard deviation", "std_dev"),
        ("Smallest", "min"),
        ("Largest", "max"),
    ):
        if before.get(key) is not None:
            rows.append((label, amount(before.get(key)), amount(now.get(key))))
    body = "".join(
        f'<tr><th scope="row">{label}</th><td>{was}</td><td>{is_now}</td></tr>'
        for label, was, is_now in rows
    )
    return (
        '<table class="figures"><thead><tr><th scope="col"><span class="hidden">Figure</span></th>'
        '<th scope="col">Baseline</th><th scope="col">This window</th></tr></thead>'
        f"<tbody>{body}{shift_rows(feature['shift'])}</tbody></table>"
    )


def shift_rows(shift: Held | None) -> str:
    if shift is None:
        return ""
    labels = (
        ("Shift (Kolmogorov-Smirnov)", shift["ks"]),
        ("Population stability index", shift["psi"]),
        ("Moved on average by", shift["wasserstein"]),
    )
    return "".join(
        f'<tr><th scope="row">{label}</th><td colspan="2">{amount(value)}</td></tr>'
        for label, value in labels
        if value is not None
    )


def types(feature: Held) -> str:
    """Show which types the literals have, and examples of those that should not be there."""
    counts = {kind: count for kind, count in feature["literals"].items() if count}
    total = sum(counts.values())
    if not total:
        return ""
    bars = "".join(
        f'<i style="--share:{count / total:.4f};background:{TYPE_COLORS[kind]}"></i>'
        for kind, count in counts.items()
    )
    words = ", ".join(f"{percent(count / total)} {kind}" for kind, count in counts.items())
    drawn = f'<div class="types" aria-hidden="true">{bars}</div>' if len(counts) > 1 else ""
    return (
        f'<dl class="facts"><div><dt>Literals</dt><dd>{drawn}{escape(words)}</dd></div>'
        f"{offending(feature)}</dl>"
    )


def offending(feature: Held) -> str:
    expected = feature["expected_type"]
    if expected == "Unknown":
        return ""
    alike = (expected, "Boolean") if expected == "String" else (expected,)
    odd = [
        text for kind, texts in feature["examples"].items() if kind not in alike for text in texts
    ]
    if not odd:
        return ""
    shown = " ".join(f"<code>{escape(text)}</code>" for text in odd)
    return f"<div><dt>Not {escape(expected)}, for example</dt><dd>{shown}</dd></div>"
