"""Records as they were written before deployments had parts, as they are read now.

Then a deployment was one artifact in one container of one variant.
"""

import json
from typing import Any

from slipway.domain.desired import ONLY, VARIANT

Document = dict[str, Any]


def upgraded(text: str) -> str:
    """A record's JSON in its present shape; most have it, and are not even parsed."""
    return json.dumps(_upgraded(json.loads(text))) if '"package":' in text else text


def _upgraded(document: Document) -> Document:
    attempts, asked = document["attempts"], document.get("asked")
    return {
        **document,
        "desired": _parts(document.get("desired")),
        "asked": {**asked, "over": _parts(asked["over"])} if asked else None,
        "inspected": _listed(document["inspected"]),
        "packages": _listed(document["package"]),
        "attempts": {
            **attempts,
            "good": [_good(good) for good in attempts["good"]],
            "deployed": [_good(good) for good in attempts.get("deployed", [])],
        },
    }


def _listed(found: object | None) -> list[object]:
    return [] if found is None else [found]


def _parts(found: Document | None) -> Document | None:
    """A desired state, or what was uploaded."""
    if found is None:
        return None
    artifact = found["artifact"]
    return {**found, "parts": {ONLY: artifact} if artifact else {}}


def _good(found: Document) -> Document:
    return {
        **found,
        "packages": [found["package"]],
        "inspected": _listed(found.get("inspected")),
        "plan": _plan(found["plan"]) if found.get("plan") else None,
    }


def _plan(found: Document) -> Document:
    model = {
        "name": found["model"],
        "package_key": found["package_key"],
        "containers": [found["container"]],
        "network_isolation": found["network_isolation"],
    }
    variant = {"name": VARIANT, "weight": 1.0, "target": found["target"], "model": model}
    return {**found, "variants": [variant]}
