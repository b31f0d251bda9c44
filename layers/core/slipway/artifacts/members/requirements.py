"""What a script's requirements.txt wants, and what of it only a package index has.

A container that is isolated from the network installs what its image holds and what the archive
brings as wheels, and nothing else. pip reads `--no-index` and `--find-links wheels` from the file
itself, and looks for such a folder beside it, so that the same file serves everywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slipway.artifacts.archives.archive import Member
    from slipway.artifacts.archives.reader import Reader

REQUIREMENTS: Final = "code/requirements.txt"
WHEELS: Final = "wheels"  # beside the requirements
VENDORED: Final = ("--no-index", f"--find-links {WHEELS}")
_FOLDER: Final = f"{REQUIREMENTS.rpartition('/')[0]}/{WHEELS}/"
_HELD: Final = 256 * KIB
_PINNED: Final = re.compile(r"(===?|@)\s*\S|\.whl$|^(-|https?:|git\+|\.{0,2}/)")
_NAME: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)")
_LOCAL: Final = re.compile(r"^(\.{0,2}/|-)")
_SHOWN: Final = 5
_KEPT: Final = 50
_ARRAYS: Final = frozenset({"numpy", "scipy", "pandas", "scikit-learn", "joblib"})
# What every image of a family holds, in some version: a requirement that names none is met.
_HELD_BY: Final[Mapping[str, frozenset[str]]] = {
    "sklearn": _ARRAYS,
    "xgboost": _ARRAYS | {"xgboost"},
    "pytorch": frozenset({"torch", "numpy"}),
    "huggingface-pytorch": frozenset({"torch", "transformers", "numpy"}),
    "mxnet": frozenset({"mxnet", "numpy"}),
}


def look_requirements(name: str, _head: bytes, reader: Reader) -> Clue:
    """Requirements without a version change under the model with every new instance."""
    lines = reader.peek(_HELD).decode("utf-8", "replace").splitlines()
    wanted = [text for line in lines if (text := re.sub(r"(^|\s)#.*", "", line).strip())]
    loose = [text for text in wanted if not _PINNED.search(text.partition(";")[0].strip())]
    findings = (_unpinned(name, loose),) if loose else ()
    return Clue(name, "requirements", details={"wanted": wanted[:_KEPT]}, findings=findings)


def is_wheel(name: str, head: bytes) -> bool:
    """Whether a member is a package that the container's pip is told of, and nothing loads."""
    return name.startswith(_FOLDER) and name.endswith(".whl") and head.startswith(b"PK\x03\x04")


def about_wheels(clues: Sequence[Clue]) -> Iterator[Finding]:
    """Packages are code like the script's, and as little read."""
    wheels = [clue.member for clue in clues if clue.format == "wheel"]
    if wheels:
        yield Finding(
            "note",
            "wheels",
            wheels[0],
            f"It brings {len(wheels)} packages as wheels; their code runs as the script does, "
            "and was not read.",
            "see that they are of those who you think",
        )


def fetched(clues: Sequence[Clue], members: Sequence[Member], family: str) -> tuple[str, ...]:
    """The requirements that an image of `family` can only have from a package index."""
    wanted = next((c.details.get("wanted", ()) for c in clues if c.member == REQUIREMENTS), ())
    there = set(_vendored(members)) if set(VENDORED) <= set(wanted) else set()
    names = [line for line in wanted if not _LOCAL.match(line)]
    return tuple(line for line in names if not _is_met(line, there, family))


def normal(name: str) -> str:
    """A distribution's name as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_met(line: str, vendored: set[str], family: str) -> bool:
    found = _NAME.match(line)
    if found is None:
        return False
    name = normal(found[1])
    return name in vendored or (name in _HELD_BY.get(family, ()) and "==" not in line)


def _vendored(members: Sequence[Member]) -> Iterator[str]:
    for member in members:
        if member.name.startswith(_FOLDER) and member.name.endswith(".whl"):
            yield normal(member.name.rpartition("/")[2].partition("-")[0])


def _unpinned(name: str, loose: list[str]) -> Finding:
    shown = ", ".join(text[:60] for text in loose[:_SHOWN]) + (" …" if len(loose) > _SHOWN else "")
    return Finding(
        "warn",
        "requirements-not-pinned",
        name,
        f"It pins no version for {shown}: a new instance may install something else.",
        "pin every package with ==",
    )
