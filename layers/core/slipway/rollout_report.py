"""The report of a rollout by steps: one page, whole in itself, of what was compared and why it
ended so. All of it is told by the record, so it can be drawn again at any time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from math import log10

from slipway.domain.judging.judge import Criteria, Finding, judge
from slipway.domain.judging.seen import Seen, Window
from slipway.domain.progress import Outcome, Progress

WIDTH, HEIGHT, LEFT, ABOVE = 640, 150, 56, 12
ENDS = {
    Outcome.PROMOTED: "The candidate was promoted",
    Outcome.SENT_BACK: "The candidate was sent back",
    Outcome.UNDECIDED: "It is undecided, and a person has to say what becomes of it",
    Outcome.PAUSED: "A person paused it",
    None: "It is under way",
}
STYLE = """
:root{color-scheme:light dark;--text:#1b1f24;--dim:#57606a;--page:#fff;--line:#d0d7de;
--stable:#0a58a8;--candidate:#a8440a}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--dim:#9da7b1;--page:#0d1117;--line:#30363d;
--stable:#79b8ff;--candidate:#ffab70}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);margin:0 auto;
max-width:44rem;padding:1rem}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin-top:2rem}
p.why{font-size:1.1rem}table{border-collapse:collapse;width:100%;font-size:.9rem}.wide{overflow-x:auto}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}
text{fill:var(--dim);font-size:12px}.axis{stroke:var(--line)}.s{stroke:var(--stable)}
.c{stroke:var(--candidate);stroke-dasharray:6 3}polyline{fill:none;stroke-width:2}
.key{color:var(--dim)}.key b{color:var(--stable)}.key i{color:var(--candidate);font-style:normal}
"""


def page(deployment: str, versions: str, progress: Progress, criteria: Criteria) -> str:
    """The page, as HTML. `versions` names the candidate."""
    windows = progress.windows
    looks = [judge(criteria, windows[: n + 1]).findings for n in range(len(windows))]
    title = f"{ENDS[progress.outcome]}: {versions} of {deployment}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="why">{escape(_sentence(progress.reason))}</p>',
        _figures(windows),
        *(_compared(looks[-1]) if looks else ()),
        *(_charts(windows, looks) if looks else ()),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}." if reason else "Nothing was judged yet."


def _figures(windows: Sequence[Window]) -> str:
    if not windows:
        return "<p>No request was counted yet.</p>"
    asked = sum(window.candidate.requests for window in windows)
    before = sum(window.stable.requests for window in windows)
    span = f"{_moment(windows[0].began)} to {_moment(windows[-1].ended)}"
    return (
        f"<p>From {span} the candidate was asked {asked:,} times and the stable version "
        f"{before:,} times, in {len(windows)} looks. Both were counted in the same minutes.</p>"
    )


def _compared(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    heads = "<th>of the requests</th>" + "".join(
        f'<th class="n">{name}</th>' for name in ("stable", "candidate", "evidence against")
    )
    rows = "".join(map(_row, findings))
    note = (
        "Evidence is an e-value: that of a candidate that is as good as the stable version "
        f"comes to {findings[0].needed:,.0f} in one of {findings[0].needed:,.0f} rollouts, "
        "however often one looks. At that it is sent back."
    )
    region = '<div class="wide" tabindex="0" role="region" aria-label="What was compared">'
    table = f"{region}<table><tr>{heads}</tr>{rows}</table></div>"
    return ["<h2>What was compared</h2>", table, f"<p>{note}</p>"]


def _row(found: Finding) -> str:
    cells = (f"{found.stable:.2%}", f"{found.candidate:.2%}", _evidence(found.against))
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    return f"<tr><td>{escape(found.name)}</td>{numbers}</tr>"


def _evidence(value: float) -> str:
    return "beyond doubt" if value >= 1e11 else f"{value:,.2g}" if value < 100 else f"{value:,.0f}"


def _charts(windows: Sequence[Window], looks: Sequence[Sequence[Finding]]) -> list[str]:
    key = '<p class="key"><b>— stable</b> &nbsp; <i>- - candidate</i></p>'
    shares = [100 * window.share for window in windows]
    stable = [100 * _rate(window.stable) for window in windows]
    candidate = [100 * _rate(window.candidate) for window in windows]
    worst = [max((f.against / f.needed for f in look), default=0.0) for look in looks]
    evidence = [max(0.0, 100 * (1 + log10(max(each, 1e-6)) / 6)) for each in worst]
    return [
        "<h2>Traffic of the candidate, in percent</h2>",
        _chart("share of the traffic", windows, (("c", shares),), 100.0),
        "<h2>Requests that failed, in percent</h2>",
        key,
        _chart("failed requests", windows, (("s", stable), ("c", candidate)), None),
        "<h2>Evidence against it, on the way to enough (100)</h2>",
        _chart("evidence against it, as a logarithm", windows, (("c", evidence),), 100.0),
    ]


def _rate(seen: Seen) -> float:
    return seen.errors / seen.requests if seen.requests else 0.0


def _chart(
    label: str,
    windows: Sequence[Window],
    lines: Sequence[tuple[str, Sequence[float]]],
    top: float | None,
) -> str:
    """Lines over looks; each is also told in words to who cannot see them."""
    highest = top or max([*(value for _, line in lines for value in line), 1e-9]) * 1.1
    drawn = "".join(
        f'<polyline class="{kind}" points="{_points(line, highest)}"/>' for kind, line in lines
    )
    said = "; ".join(", ".join(f"{value:.3g}" for value in line) for _, line in lines)
    axis = "".join(
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"/>'
        f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:.3g}</text>'
        for y, value in ((ABOVE, highest), (HEIGHT - 20, 0.0))
    )
    times = (_clock(windows[0].began), _clock(windows[-1].ended))
    axis += (
        f'<text x="{LEFT}" y="{HEIGHT - 4}">{times[0]}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">{times[1]}</text>'
    )
    return (
        f'<svg role="img" aria-label="{escape(f"{label}, look by look: {said}")}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{axis}{drawn}</svg>'
    )


def _points(line: Sequence[float], highest: float) -> str:
    step = (WIDTH - LEFT - 8) / max(1, len(line) - 1)
    floor = HEIGHT - 20
    values = [*line, line[0]] if len(line) == 1 else line  # one look is a line as well
    return " ".join(
        f"{LEFT + 4 + at * step:.1f},{floor - (floor - ABOVE) * min(1.0, value / highest):.1f}"
        for at, value in enumerate(values)
    )


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
