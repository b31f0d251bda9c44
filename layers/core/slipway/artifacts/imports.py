"""What a model needs besides its own file: packages, code and files that may not be there."""

from __future__ import annotations

from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final

from slipway.artifacts.findings import Finding
from slipway.artifacts.ladder import packages_of
from slipway.artifacts.members.scripting import ENTRY_POINT
from slipway.artifacts.pickles.reach import is_standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway.artifacts.archives.archive import Member
    from slipway.artifacts.clues import Clue

_THERE: Final = frozenset(  # of scikit-learn's image, besides what its own scripts need
    ["dateutil", "joblib", "numpy", "pandas", "pytz", "scipy", "six", "sklearn", "threadpoolctl"]
)
_SHOWN: Final = 5


def about_packages(model: Clue, clues: Sequence[Clue]) -> Iterator[Finding]:
    """A pickle imports the packages of its classes, and scikit-learn's image has few."""
    if model.kind not in ("sklearn", "lightgbm", "catboost"):
        return
    scripted = any(clue.member == ENTRY_POINT for clue in clues)
    brought = set(packages_of(clues)) | (_own(clues) if scripted else set())
    missing = [
        name
        for name in model.details.get("packages", ())
        if name not in _THERE | brought and not is_standard(name) and name[:1] != "_"
    ]
    if missing:
        shown = ", ".join(missing[:_SHOWN])
        yield Finding(
            "warn",
            "package-missing",
            model.member,
            f"Loading it imports {shown}, which scikit-learn's image does not have.",
            "pack a code/inference.py and a code/requirements.txt that pins what is missing",
        )


def _own(clues: Sequence[Clue]) -> set[str]:
    names = (clue.member.removeprefix("code/") for clue in clues if clue.format == "python")
    return {name.partition("/")[0].removesuffix(".py") for name in names}


def about_code(clues: Sequence[Clue], members: Sequence[Member]) -> Iterator[Finding]:
    """What other members bring that runs or reads more than the model."""
    there = {member.name for member in members}
    for clue in clues:
        if code := clue.details.get("custom_code"):
            yield _custom(clue.member, code)
        if outside := clue.details.get("outside"):
            yield _outside(clue.member, outside)
        if external := clue.details.get("external"):
            yield from _external(clue.member, external, there)


def _custom(member: str, code: Sequence[str]) -> Finding:
    from_hub = any("--" in each for each in code)
    return Finding(
        "warn",
        "custom-code",
        member,
        f"Its auto_map asks transformers to run {code[0]}"
        + (", code of a repository on the hub" if from_hub else "")
        + ", which it does where a script sets trust_remote_code, and fails otherwise.",
        "use an architecture of transformers' own, or load it in code/inference.py",
    )


def _outside(member: str, names: Sequence[str]) -> Finding:
    return Finding(
        "approve",
        "graph-reaches-out",
        member,
        f"Its graph has {', '.join(names)}, which read or write files or run Python when it "
        "is asked.",
        "export it without them; or a person approves it (`slipway approve NAME`)",
    )


def _external(member: str, places: Sequence[str], there: set[str]) -> Iterator[Finding]:
    """ONNX keeps large tensors in files beside the model, by relative names."""
    for place in places:
        path = normpath(join(dirname(member), place))
        if path not in there or place.startswith("/"):
            yield Finding(
                "refuse",
                "external-data",
                member,
                f"It keeps tensors in {place[:200]}, which is no file of the archive.",
                "pack that file beside it, or save the model with its data inside",
            )
            return
