"""The metrics of a model's quality in the report, each against its threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from slipway_drift.report.words import DASH, amount, escape

Held = Mapping[str, Any]

ALLOWED: Final = {"GreaterThanThreshold": "at most", "LessThanThreshold": "at least"}


def metrics(subject: Held) -> str:
    """Tabulate the metrics; nothing where the window is not one of model quality."""
    held = subject.get("metrics")
    if not held:
        return ""
    rows = "".join(row(metric) for metric in held)
    return (
        '<h2>Model quality</h2><div class="panel"><div class="scroll"><table class="figures">'
        '<thead><tr><th scope="col">Metric</th><th scope="col">Allowed</th>'
        '<th scope="col">This window</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def row(metric: Held) -> str:
    threshold = metric["threshold"]
    allowed = ALLOWED.get(metric["operator"] or "", "")
    asked = DASH if threshold is None else f"{allowed} {amount(threshold)}"
    mark = ' class="broken"' if metric["broken"] else ""
    said = '<span class="hidden">, violated</span>' if metric["broken"] else ""
    return (
        f'<tr{mark}><th scope="row">{escape(metric["name"].replace("_", " "))}</th>'
        f"<td>{escape(asked)}</td><td>{escape(amount(metric['value']))}{said}</td></tr>"
    )
