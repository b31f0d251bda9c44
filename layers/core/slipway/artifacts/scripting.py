"""The code that an artifact brings: which functions it defines, which packages it wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding
from slipway.artifacts.refusal import KIB

if TYPE_CHECKING:
    from slipway.artifacts.reader import Reader

_HELD: Final = 256 * KIB
_HOOK: Final = re.compile(
    rb"\b(model_fn|input_fn|predict_fn|output_fn|transform_fn|handler|input_handler"
    rb"|output_handler)\b"
)
_PINNED: Final = re.compile(r"(===?|@)\s*\S|\.whl$|^(-|https?:|git\+|\.{0,2}/)")
_SHOWN: Final = 5


def look_script(name: str, _head: bytes, reader: Reader) -> Clue:
    """Which of the containers' hooks a script speaks of."""
    hooks = sorted({match.decode() for match in _HOOK.findall(reader.peek(_HELD))})
    return Clue(name, "python", details={"hooks": hooks})


def look_requirements(name: str, _head: bytes, reader: Reader) -> Clue:
    """Requirements without a version change under the model with every new instance."""
    lines = reader.peek(_HELD).decode("utf-8", "replace").splitlines()
    wanted = [text for line in lines if (text := line.partition("#")[0].strip())]
    loose = [text for text in wanted if not _PINNED.search(text.partition(";")[0].strip())]
    return Clue(name, "requirements", findings=(_unpinned(name, loose),) if loose else ())


def _unpinned(name: str, loose: list[str]) -> Finding:
    shown = ", ".join(text[:60] for text in loose[:_SHOWN]) + (" …" if len(loose) > _SHOWN else "")
    return Finding(
        "warn",
        "requirements-not-pinned",
        name,
        f"It pins no version for {shown}: a new instance may install something else.",
        "pin every package with ==",
    )
