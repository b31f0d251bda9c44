"""The report's drawings: inline SVG and bars, each with its data in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slipway_drift.report.words import amount, escape, percent

WIDTH: Final = 480
HEIGHT: Final = 128
LEGEND: Final = (
    '<figcaption class="legend"><span><i></i>Baseline</span>'
    '<span class="now"><i></i>This window</span>{note}</figcaption>'
)

Held = Mapping[str, Any]


def distribution(feature: Held) -> str:
    """Draw both distributions over each other."""
    chart = feature["chart"]
    if chart is None:
        numeric = feature["expected_type"] in ("Integral", "Fractional")
        reason = "there are no numbers in this window" if numeric else "there are too many values"
        if feature["completeness"]["current"] is None:
            reason = "nothing is known of this window's values"
        return f'<p class="soft">No distribution to draw: {reason}.</p>'
    if chart["kind"] == "values":
        return values_table(feature["name"], chart)
    return numbers_figure(feature["name"], chart)


def numbers_figure(name: str, chart: Held) -> str:
    top = max(*chart["baseline"], *chart["current"]) or 1.0
    spoken = (
        f"{name}: share of values from {amount(chart['edges'][0])} to "
        f"{amount(chart['edges'][-1])}. The baseline is fullest near {peak(chart, 'baseline')}, "
        f"this window near {peak(chart, 'current')}."
    )
    note = "<span>Axis: logarithmic away from the baseline</span>" if chart["bent"] else ""
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(spoken)}">'
        f'<path class="area-base" d="{outline(chart["baseline"], top)}"/>'
        f'<path class="area-now" d="{outline(chart["current"], top)}"/>'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/></svg>'
        f"{ticks(chart['edges'])}{LEGEND.format(note=note)}</figure>"
    )


def peak(chart: Held, side: str) -> str:
    at = max(range(len(chart[side])), key=lambda i: chart[side][i])
    return amount((chart["edges"][at] + chart["edges"][at + 1]) / 2)


def outline(shares: Sequence[float], top: float) -> str:
    """Trace the steps of a histogram."""
    step = WIDTH / len(shares)
    path = [f"M0 {HEIGHT}"]
    for i, share in enumerate(shares):
        level = HEIGHT - share / top * (HEIGHT - 6)
        path.append(f"V{level:.1f}H{(i + 1) * step:.1f}")
    return "".join([*path, f"V{HEIGHT}Z"])


def ticks(edges: Sequence[float]) -> str:
    """Label the axis in five places; as text of the page, so that a phone can show it."""
    labels = (
        f'<span style="--at:{i / 4:.2f}">'
        f"{escape(amount(edges[round(i / 4 * (len(edges) - 1))]))}</span>"
        for i in range(5)
    )
    return f'<div class="ticks" aria-hidden="true">{"".join(labels)}</div>'


def values_table(name: str, chart: Held) -> str:
    """Set the shares of each value side by side, as bars in a table."""
    top = max(*chart["baseline"], *chart["current"]) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escape(value) or "<i>empty</i>"}</th>'
        f"<td>{bar(before, top)}</td><td class='now'>{bar(now, top)}</td></tr>"
        for value, before, now in zip(
            chart["values"], chart["baseline"], chart["current"], strict=True
        )
    )
    return (
        f'<figure><table class="values"><caption class="hidden">{escape(name)}: share of each '
        'value</caption><thead><tr><th scope="col">Value</th><th scope="col">Baseline</th>'
        f'<th scope="col">This window</th></tr></thead><tbody>{rows}</tbody></table>'
        f"{LEGEND.format(note='')}</figure>"
    )


def bar(share: float, top: float) -> str:
    drawn = f'<i style="--share:{share / top:.4f}"></i>'
    return f'<div class="bar">{drawn}<span>{percent(share)}</span></div>'


def gauge(distance: float, threshold: float) -> str:
    """Set the distance against its threshold."""
    end = max(distance, threshold) * 1.15 or 1.0
    return (
        '<div class="gauge"><p><span>Model Monitor&#x27;s distance '
        f"<b>{amount(distance)}</b></span>"
        f'<span class="soft">threshold {amount(threshold)}</span></p>'
        f'<div class="track"><i style="--to:{distance / end:.4f}"></i>'
        f'<u style="--at:{threshold / end:.4f}"></u></div></div>'
    )


def sparkline(name: str, distances: Sequence[float | None], threshold: float) -> str:
    """Draw a feature's distance over the last windows, with its threshold dashed."""
    known = [distance for distance in distances if distance is not None]
    if len(known) < 2 or not any(known):
        return ""
    top = max(*known, threshold) * 1.1 or 1.0
    points = [
        (4 + i / (len(distances) - 1) * 162, 36 - distance / top * 32)
        for i, distance in enumerate(distances)
        if distance is not None
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    level = 36 - threshold / top * 32
    spoken = f"{name}: distance over the last windows: {', '.join(map(amount, known))}"
    return (
        f'<div class="spark"><svg viewBox="0 0 170 40" role="img" aria-label="{escape(spoken)}">'
        f'<line x1="0" x2="170" y1="{level:.1f}" y2="{level:.1f}"/><path d="{path}"/>'
        f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="3.5"/></svg>'
        f"<span>Distance over the last {len(distances)} windows</span></div>"
    )


def strip(name: str, violated: Sequence[bool]) -> str:
    """Mark the last windows in which a feature violated something, the newest last."""
    if len(violated) < 2 or not any(violated):
        return ""
    marks = "".join(f'<i class="{"bad" if bad else "good"}"></i>' for bad in violated)
    spoken = f"{name}: violations in {sum(violated)} of the last {len(violated)} windows"
    return (
        f'<div class="strip"><div role="img" aria-label="{escape(spoken)}">{marks}</div>'
        f"<span>Violated in {sum(violated)} of the last {len(violated)} windows</span></div>"
    )
