"""LightGBM and CatBoost models, by what stands at their beginning or end."""

from __future__ import annotations

import re
from typing import Any, Final

LIGHTGBM: Final = re.compile(rb"tree\r?\nversion=(v\d+)\r?\n")
UNNAMED: Final = re.compile(r"Column_\d+")
CATBOOST: Final = b"CBM1"
_LINES: Final = {
    "objective": re.compile(rb"^objective=([^\r\n]{1,200})", re.MULTILINE),
    "n_classes": re.compile(rb"^num_class=(\d{1,9})\r?$", re.MULTILINE),
    "feature_names": re.compile(rb"^feature_names=([^\r\n]{1,8000})", re.MULTILINE),
    "last_feature": re.compile(rb"^max_feature_idx=(\d{1,9})\r?$", re.MULTILINE),
}
_RELEASE: Final = re.compile(rb"CatBoost release (\d+\.\d+[.\d]*)|tags/v(\d+\.\d+[.\d]*)")


def read_lightgbm(head: bytes) -> dict[str, Any]:
    """`format_version`, `objective`, `n_classes`, `n_features` of a text model's head, and
    `feature_names` where somebody gave it some."""
    match = LIGHTGBM.match(head)
    details: dict[str, Any] = {"format_version": match[1].decode() if match else ""}
    for name, pattern in _LINES.items():
        if found := pattern.search(head):
            details[name] = found[1].decode("utf-8", "replace")
    for name in ("n_classes", "last_feature"):
        if name in details:
            details[name] = int(details[name])
    names = details.pop("feature_names", "").split(" ")
    if "last_feature" in details and len(names) == details["last_feature"] + 1:
        named = not all(UNNAMED.fullmatch(name) for name in names)
        details |= {"feature_names": names} if named else {}
    if "last_feature" in details:
        details["n_features"] = details.pop("last_feature") + 1
    return details


def catboost_version(ends: bytes) -> str:
    """The release that wrote a CatBoost model, out of its first and last bytes."""
    match = _RELEASE.search(ends)
    return (match[1] or match[2]).decode().rstrip(".") if match else ""
