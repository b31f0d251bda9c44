"""Who vouches for what a pickle reaches for: the rungs between clean and refused.

    on the list of frameworks and plain values      clean       (allowed.py)
    a class that the archive's own code/ defines    note        its script runs it anyway
    a module that the installation trusts           note        a setting, not the uploader's word
    a package that code/requirements.txt pins       warn        known by name and version
    anything else                                   approve     a person sees what would be called
    what can only be an attack                      refuse      (reach.py)

Why it is cut so: docs/decisions/0015-ladder.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slipway.artifacts.findings import Finding
from slipway.artifacts.members.requirements import REQUIREMENTS, normal
from slipway.artifacts.members.scripting import ENTRY_POINT
from slipway.artifacts.pickles.reach import (
    carries_code,
    is_carried,
    is_taken,
    loads_or_runs,
    root_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from slipway.artifacts.clues import Clue
    from slipway.artifacts.findings import Grade
    from slipway.artifacts.pickles.verdicts import Asked

_SHOWN: Final = 12
_PINNED: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?\s*===?\s*[\w.!+-]+")
_MODULE: Final = re.compile(r"code/((?:[A-Za-z_]\w*/)*)([A-Za-z_]\w*)\.py", re.ASCII)
_OF_DISTRIBUTION: Final = {  # whose modules are not called like it
    "imbalanced-learn": "imblearn",
    "opencv-python-headless": "cv2",
    "pytorch-lightning": "pytorch_lightning",
    "pytorch-tabnet": "pytorch_tabnet",
    "scikit-bio": "skbio",
    "scikit-fuzzy": "skfuzzy",
    "scikit-image": "skimage",
    "scikit-multilearn": "skmultilearn",
    "scikit-optimize": "skopt",
    "scikit-survival": "sksurv",
    "umap-learn": "umap",
}


@dataclass(frozen=True, slots=True)
class Rung:
    """What a finding says of the classes that stand on a rung, and what helps."""

    grade: Grade
    rule: str
    says: str
    remedy: str


OWN: Final = Rung(
    "note",
    "own-class",
    "It has objects of the archive's own code, which its script runs anyway",
    "nothing is owed",
)
TRUSTED: Final = Rung(
    "note",
    "trusted-class",
    "It has objects of modules that this installation trusts",
    "nothing is owed; TrustedModules in template.yaml says which",
)
PINNED: Final = Rung(
    "warn",
    "pinned-class",
    "It has objects of packages that code/requirements.txt pins, which nobody here knows",
    "see that the packages are those that you think",
)
UNVOUCHED: Final = Rung(
    "approve",
    "approval-needed",
    "Loading it calls what no framework, no script and no pinned package vouches for",
    "a person approves it (`slipway approve NAME`); or pack the module in code/ beside the "
    "script, pin its package in code/requirements.txt, or name it in TrustedModules",
)
BY_VALUE: Final = Rung(
    "approve",
    "code-by-value",
    "It carries Python code by value, as cloudpickle writes it, and loading makes functions of it",
    "a person approves it (`slipway approve NAME`); or save it with the functions in a module in "
    "code/, by joblib or pickle",
)
IN_MAIN: Final = Rung(
    "approve",
    "main-class",
    "It has objects of a notebook's or script's own __main__, which the container does not have",
    "move the classes into a module in code/ and save it again; or put them into __main__ in "
    "code/inference.py, and a person approves it (`slipway approve NAME`)",
)
ATTACK: Final = Rung(
    "refuse",
    "pickle-not-allowed",
    "Loading it calls what loads, fetches or runs things",
    "save the model without that, and do it in code/inference.py",
)


class Vouched:
    """What an archive and its installation vouch for."""

    def __init__(self, clues: Sequence[Clue], trusted: Collection[str]) -> None:
        scripted = any(clue.member == ENTRY_POINT for clue in clues)
        self.own = _own(clues) if scripted else {}
        self.pinned = set(packages_of(clues))  # the default script has them installed, too
        self.trusted = tuple(trusted)

    def rung(self, asked: Asked) -> Rung:
        """Where a global stands."""
        module, name = asked.found.module, asked.found.name
        root = root_of(module)
        if carries_code(asked.found) or is_carried(asked.found):
            return BY_VALUE
        if root == "__main__":
            return IN_MAIN
        if not is_taken(root) and name.partition(".")[0] in self.own.get(module, ()):
            return OWN
        if asked.how == "called" and loads_or_runs(name):
            return ATTACK
        if any(module == each or module.startswith(f"{each}.") for each in self.trusted):
            return TRUSTED
        return PINNED if root in self.pinned and not is_taken(root) else UNVOUCHED


def vouch(clues: Sequence[Clue], trusted: Collection[str]) -> Iterator[Finding]:
    """One finding for each member and rung that its pickles' globals stand on."""
    vouched = Vouched(clues, trusted)
    for clue in clues:
        rungs: dict[Rung, dict[str, Asked]] = {}
        for asked in clue.asked:
            rungs.setdefault(vouched.rung(asked), {})[str(asked)] = asked
        for rung, found in rungs.items():
            says = f"{rung.says}: {_listed(list(found))}."
            yield Finding(rung.grade, rung.rule, clue.member, says, rung.remedy)


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _own(clues: Sequence[Clue]) -> Mapping[str, Collection[str]]:
    """The modules of code/, by their names, with the classes and functions that each defines."""
    found = {}
    for clue in clues:
        if clue.format == "python" and (path := _MODULE.fullmatch(clue.member)):
            parts = [*path[1].split("/")[:-1], path[2]]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = clue.details.get("defines", ())
    return found


def packages_of(clues: Sequence[Clue]) -> Iterator[str]:
    """The packages whose distributions are pinned, as they are imported."""
    wanted = next((c.details.get("wanted", ()) for c in clues if c.member == REQUIREMENTS), ())
    for line in wanted:
        if found := _PINNED.match(line):
            name = normal(found[1])
            yield _OF_DISTRIBUTION.get(name, name.replace("-", "_"))
