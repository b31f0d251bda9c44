"""The drift report: one self-contained HTML page, the verdict first.

It needs no server, no script and no network, and says in words what it draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Final

from slipway_drift.diagnosis.trend import trends
from slipway_drift.report.change import change
from slipway_drift.report.feature import card
from slipway_drift.report.quality import metrics
from slipway_drift.report.verdict import (
    causes,
    concerning,
    first_cause,
    headline,
    lead,
    of_columns,
    ordered,
)
from slipway_drift.report.words import amount, escape, plural

Held = Mapping[str, Any]

MOST_WINDOWS: Final = 24
MOST_CARDS: Final = 200
MOST_CHANGES: Final = 8
COMPARED: Final = ("features compared", "metrics compared")
LOOKS: Final = {
    "violations": ("bad", "M12 3 22 20H2Z M12 9v5 M12 17v.1"),
    "blind": ("bad", "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Z M4 4l16 16"),
    "no drift": ("good", "M4 12.5 10 18 20 6"),
    "too little data": ("wait", "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z M12 8v4l3 2"),
    "no data": ("wait", "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z M7 17 17 7"),
}


def report(subject: Held, history: Sequence[Held] = ()) -> bytes:
    """Write the page for one window's summary; `history` holds earlier ones, oldest first."""
    windows = [*history[-MOST_WINDOWS + 1 :], subject]
    style = resources.files(__package__).joinpath("report.css").read_text("utf-8")
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        'style-src \'unsafe-inline\'"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(headline(subject))} · {escape(subject['title'])}</title>"
        f'<style>{style}</style></head><body><a class="skip" href="#features">Skip to the '
        f"features</a><main>{verdict(subject, windows)}{explained(subject)}{changes(subject)}"
        f"{metrics(subject)}"
        f"{trend(windows)}{slow(windows)}"
        f"{rejections(subject)}{features(subject, windows)}</main>{FOOTER}</body></html>"
    )
    return page.encode()


FOOTER: Final = (
    "<footer>Distances and violations follow SageMaker Model Monitor; shift, stability, range, "
    "sign and sample-size checks are Slipway's own. Written by Slipway.</footer>"
)


def verdict(subject: Held, windows: Sequence[Held]) -> str:
    look, icon = LOOKS.get(subject["state"], LOOKS["violations"])
    tiles = {
        "rows in this window": amount(subject["rows"]),
        COMPARED[bool(subject.get("metrics"))]: amount(
            len(subject.get("metrics") or subject["features"])
        ),
        "by Model Monitor's checks": amount(len(subject["violations"])),
        "by Slipway's own checks": amount(len(subject["slipway_violations"])),
        "records rejected": amount(sum(subject["rejections"].values())),
    }
    shown = "".join(
        f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in tiles.items()
    )
    return (
        f'<section class="verdict {look}"><p class="over">{escape(subject["title"])} · '
        f'{escape(subject["window"])}</p><h1><svg viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true"><path d="{icon}"/></svg>{escape(headline(subject))}</h1>'
        f'<p class="lead">{escape(f"{first_cause(subject)} {lead(subject, windows)}".strip())}</p>'
        f'<dl class="tiles">{shown}</dl></section>'
    )


def explained(subject: Held) -> str:
    """Each cause with its evidence, and how many of the findings it explains."""
    found = causes(subject)
    if not found:
        return ""
    items = "".join(
        f"<li><p><b>{escape(held['cause'])}{escape(of_columns(held))}</b><span>"
        f"{escape(held['evidence'])} It explains {amount(held['explains'])} of "
        f"{plural(subject['diagnosis']['findings'], 'finding')}.</span></p></li>"
        for held in found
    )
    return f'<h2>What explains it</h2><ul class="changed">{items}</ul>'


def changes(subject: Held) -> str:
    """Say in a line each what changed most, and what concerns no single feature."""
    general = [
        f'<li><a href="#features"><b>{escape(name)}</b><span>{escape(text)}</span></a></li>'
        for name, text in concerning(subject)
    ]
    items = general + [
        f'<li><a href="#f{i}"><b>{escape(f["name"])}</b><span>{escape(change(f))}</span></a></li>'
        for i, f in ordered(subject)
        if f["violations"]
    ]
    if not items:
        return ""
    more = len(items) - MOST_CHANGES
    rest = f'<p class="soft">… and {more:,} more below.</p>' if more > 0 else ""
    shown = "".join(items[:MOST_CHANGES])
    return f'<h2>What changed</h2><ul class="changed">{shown}</ul>{rest}'


def trend(windows: Sequence[Held]) -> str:
    if len(windows) < 2:
        return ""
    counts = [len(w["violations"]) + len(w["slipway_violations"]) for w in windows]
    top = max(*counts, 1)
    bars = "".join(
        f'<li class="{LOOKS.get(window["state"], LOOKS["violations"])[0]}'
        f'{" newest" if window is windows[-1] else ""}">{count}'
        f'<i style="--share:{count / top:.3f}"></i><span class="hidden"> violations in '
        f"{escape(window['window'])}: {escape(window['state'])}</span></li>"
        for window, count in zip(windows, counts, strict=True)
    )
    return (
        f'<h2>The last {len(windows)} windows</h2><div class="panel"><ol class="trend">{bars}</ol>'
        f'<div class="ends"><span>{escape(windows[0]["window"])}</span>'
        f"<span>{escape(windows[-1]['window'])}</span></div></div>"
    )


def slow(windows: Sequence[Held]) -> str:
    """What moves on and on, though no window violates for it."""
    items = "".join(
        f"<li><p><b>{escape(held.columns[0])}</b><span>{escape(held.cause)}. "
        f"{escape(held.evidence)}</span></p></li>"
        for held in trends(windows)
    )
    return f'<h2>What moves slowly</h2><ul class="changed">{items}</ul>' if items else ""


def rejections(subject: Held) -> str:
    if not subject["rejections"]:
        return ""
    reasons = "".join(
        f'<tr><th scope="row">{escape(reason)}</th><td>{count:,}</td></tr>'
        for reason, count in subject["rejections"].items()
    )
    samples = "".join(
        f"<p class='soft'>{escape(held['where'])}: <code>{escape(held['text'])}</code></p>"
        for held in subject["rejected"]
        if held["text"]
    )
    return (
        '<h2>Rejected records</h2><div class="panel"><div class="scroll"><table class="figures">'
        '<thead><tr><th scope="col">Reason</th><th scope="col">Records</th></tr></thead>'
        f"<tbody>{reasons}</tbody></table></div>{samples}</div>"
    )


def features(subject: Held, windows: Sequence[Held]) -> str:
    """Write the cards, predictions apart from inputs."""
    past = [{f["name"]: f for f in window["features"]} for window in windows]
    ranked = ordered(subject)
    shown, parts = ranked[:MOST_CARDS], ['<div id="features"></div>']
    for role, title in (("prediction", "Predictions"), ("input", "Features")):
        cards = [
            card(number, feature, [known.get(feature["name"]) for known in past])
            for number, feature in shown
            if feature["role"] == role
        ]
        if cards:
            parts.append(f'<h2>{title}</h2><div class="grid">{"".join(cards)}</div>')
    if len(ranked) > len(shown):
        left = plural(len(ranked) - len(shown), "feature")
        parts.append(f'<p class="soft">{left} with fewer findings are in slipway_drift.json.</p>')
    return "".join(parts)
