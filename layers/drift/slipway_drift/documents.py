"""The files of a baseline and of a window: their names, and how they are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from slipway_drift.errors import DriftError

if TYPE_CHECKING:
    from slipway_drift.results import Files

STATISTICS: Final = "statistics.json"
CONSTRAINTS: Final = "constraints.json"
VIOLATIONS: Final = "constraint_violations.json"
OWN_VIOLATIONS: Final = "slipway_violations.json"
SUMMARY: Final = "slipway_drift.json"
ABOUT: Final = "slipway_baseline.json"

LARGEST: Final = 256 * 1024 * 1024
MOST_VIOLATIONS: Final = 16 * 1024 * 1024
HALF_PAIR: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def parse(files: Files, name: str) -> Mapping[str, Any]:
    """Read a file that must be there; DriftError where it is not, or is no JSON object."""
    if name not in files:
        raise DriftError(f"{name} is missing")
    return parse_bytes(files[name], name)


def parse_optional(files: Files, name: str) -> Mapping[str, Any]:
    """Read a file that may be absent: then it is an empty object."""
    return parse_bytes(files[name], name) if name in files else {}


def parse_bytes(content: bytes, name: str) -> Mapping[str, Any]:
    """Read one JSON object; DriftError names the file and says what is wrong with it."""
    most = MOST_VIOLATIONS if name in (VIOLATIONS, OWN_VIOLATIONS) else LARGEST
    if len(content) > most:
        raise DriftError(f"{name} has {len(content):,} bytes; at most {most:,} are read")
    try:
        held = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DriftError(f"{name} is not JSON: {error}") from error
    if not isinstance(held, Mapping):
        raise DriftError(f"{name} holds no JSON object but a {type(held).__name__}")
    return whole(held) if HALF_PAIR.search(content) else held


def whole(held: Any) -> Any:  # noqa: ANN401 - any JSON may stand here
    """Replace halves of surrogate pairs, which no file can hold."""
    if isinstance(held, str):
        return held.encode("utf-8", "replace").decode()
    if isinstance(held, list):
        return [whole(item) for item in held]
    if isinstance(held, dict):
        return {whole(key): whole(item) for key, item in held.items()}
    return held
