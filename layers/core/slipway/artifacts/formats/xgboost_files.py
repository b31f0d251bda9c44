"""XGBoost's own formats, from their first and last bytes: legacy binary, JSON and UBJSON.

Legacy (src/learner.cc, LearnerModelParamLegacy): optional "binf", f32 base_score, u32 num_feature,
i32 num_class, two i32 flags, u32 major, u32 minor version, 27 reserved words; u64 length and name
of the objective. Versions before 1.0 left major and minor at zero.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from typing import Final

_LEGACY: Final = struct.Struct("<fIiiiII")
_HEADER: Final = 136
_OBJECTIVE: Final = re.compile(rb"(reg|binary|multi|rank|count|survival|gpu|custom)[:\w-]{0,60}")
_CONFIG: Final = b"CONFIG-offset:"
_JSON: Final = re.compile(rb'\s*\{\s*"(learner|Config|Model|version)"\s*:')
_JSON_VERSION: Final = re.compile(rb'"version"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]')
_UBJ_VERSION: Final = re.compile(rb"version\[(?:\$.)?#L\0{7}\x03(.{3,6})", re.DOTALL)
_FIELDS: Final = {
    "n_features": re.compile(rb'num_feature(?:"\s*:\s*"|SL\0{7}.)(\d+)', re.DOTALL),
    "n_classes": re.compile(rb'num_class(?:"\s*:\s*"|SL\0{7}.)(\d+)', re.DOTALL),
}
_JSON_NAME: Final = re.compile(rb'"objective"\s*:\s*\{\s*"name"\s*:\s*"([\w:-]+)')
_UBJ_NAME: Final = re.compile(rb"objective\{L\0{7}\x04nameSL\0{7}(.)", re.DOTALL)
BEFORE_1: Final = "0.90"  # the only image version before 1.0


@dataclass(frozen=True, slots=True)
class Booster:
    """What a saved or pickled booster tells; `version` is empty where it does not."""

    format: str
    version: str
    details: dict[str, int | str]


def read_booster(head: bytes, tail: bytes) -> Booster | None:
    """Recognise a saved booster, or a pickled one's handle; None for other bytes.

    `head` needs 256 bytes and `tail` some kilobytes: the version stands last.
    """
    if head.startswith(_CONFIG):
        return _pickled(head[len(_CONFIG) + 8 :], tail)
    if _JSON.match(head) and (b'"learner"' in head or b'"Config"' in head):
        ends = head + b"\n" + tail
        return Booster("json", _json_version(ends), _fields(ends))
    if head.startswith(b"{L\0\0\0\0\0\0\0") and (b"learner" in head[:32] or b"Config" in head[:32]):
        return Booster("ubjson", _ubj_version(tail), _fields(tail))
    return _legacy(head)


def _pickled(head: bytes, tail: bytes) -> Booster | None:
    """From 1.0 to 2.x: the model in the legacy form, then its configuration as JSON."""
    model = read_booster(head, tail)
    if model is None:
        return None
    return Booster(model.format, _json_version(tail) or model.version, model.details)


def _legacy(head: bytes) -> Booster | None:
    body = head.removeprefix(b"binf")
    if len(body) < _HEADER + 8:
        return None
    base, features, classes, _, _, major, minor = _LEGACY.unpack_from(body)
    length = int.from_bytes(body[_HEADER : _HEADER + 8], "little")
    objective = body[_HEADER + 8 : _HEADER + 8 + min(length, 64)]
    if not _OBJECTIVE.fullmatch(objective) or len(objective) != length or not math.isfinite(base):
        return None
    details: dict[str, int | str] = {"n_features": features, "n_classes": max(classes, 0)}
    details["objective"] = objective.decode()
    version = f"{major}.{minor}" if major else BEFORE_1
    if not major:
        details["version_from"] = "before 1.0: the file does not say which"
    return Booster("legacy", version, details)


def _fields(tail: bytes) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name, pattern in _FIELDS.items():
        if matches := pattern.findall(tail):
            found[name] = int(matches[-1])
    if named := _JSON_NAME.search(tail):
        found["objective"] = named[1].decode()
    elif named := _UBJ_NAME.search(tail):
        found["objective"] = tail[named.end() :][: named[1][0]].decode("ascii", "replace")
    return found


def _json_version(tail: bytes) -> str:
    matches = _JSON_VERSION.findall(tail)
    return ".".join(str(int(part)) for part in matches[-1]) if matches else ""


def _ubj_version(tail: bytes) -> str:
    """Three integers, each an `i` or `U` and one byte, or bytes of one declared type."""
    matches = _UBJ_VERSION.findall(tail)
    if not matches:
        return ""
    body = matches[-1]
    tagged = len(body) == 6 and all(tag in b"iU" for tag in body[::2])
    return ".".join(str(part) for part in (body[1::2] if tagged else body[:3]))
