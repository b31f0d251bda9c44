"""What is found out about a pickle: what nobody can vouch for, and what somebody may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.pickles.reach import carries_code
from slipway.artifacts.pickles.values import Sequence

if TYPE_CHECKING:
    from slipway.artifacts.pickles.values import Global

MOST_OFFENCES: Final = 16
MOST_ASKED: Final = 256
_ARGUMENTS: Final = 3
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Offence:
    """What is not allowed, and where: bytes into the (decompressed) pickle."""

    what: str
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A global that is on no list and that somebody may vouch for, and what is done with it.

    `shown` are the arguments of its first call, cut short; `position` is in bytes into the
    pickle.
    """

    found: Global
    how: Literal["named", "made", "called"] = "named"
    shown: str = ""

    def __str__(self) -> str:
        return f"{self.found}({self.shown})" if self.how == "called" else str(self.found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pickle would do, and what it describes (`root`, in the machine's values).

    `offences` are what nobody can vouch for, `asked` what somebody may.
    """

    offences: tuple[Offence, ...]
    globals: tuple[str, ...]
    root: Any
    arrays: int = 0
    asked: tuple[Asked, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether it only does what the frameworks' own files do."""
        return not self.offences and not self.asked


class Judgement:
    """What the machines of one file find together."""

    def __init__(self) -> None:
        self.offences: list[Offence] = []
        self.globals: dict[str, Global] = {}
        self.asked: dict[str, Asked] = {}
        self.nested: list[Verdict] = []
        self.unused: Global | None = None  # getattr, named and not called
        self.arrays = 0

    @property
    def carries_code(self) -> bool:
        """Whether functions or classes of the pickle's own code are made."""
        return any(carries_code(each.found) for each in self.asked.values())

    def ask(self, found: Global) -> None:
        """Note what is on no list; Damaged where it is more than anybody could go through."""
        self.asked.setdefault(str(found), Asked(found))
        if len(self.asked) > MOST_ASKED:
            raise Damaged(f"it asks for more than {MOST_ASKED} globals that are on no list")

    def used(self, found: Any, how: Literal["made", "called"], shown: str = "") -> None:  # noqa: ANN401
        """Note what is done with it; the first call tells most."""
        asked = self.asked.get(str(found))
        if asked and asked.how != "called":
            self.asked[str(found)] = replace(asked, how=how, shown=shown)

    def verdict(self, root: Any) -> Verdict:  # noqa: ANN401 - any value
        """Code that is on no list may load what lies in bytes beside it."""
        offences, asked = list(self.offences), dict(self.asked)
        if self.unused:
            offences.append(Offence(f"the global {self.unused}", self.unused.position))
        for inner in self.nested if asked else ():
            offences += inner.offences
            asked |= {str(each.found): each for each in inner.asked}
        told = (tuple(offences), tuple(self.globals), root, self.arrays, tuple(asked.values()))
        return Verdict(*told)

    def add(self, what: str, position: int) -> None:
        """Note an offence; Damaged when enough are known."""
        self.offences.append(Offence(what, position))
        if len(self.offences) >= MOST_OFFENCES:
            raise Damaged("too much in it is not allowed")


def shown(args: Any) -> str:  # noqa: ANN401 - any value
    """The arguments of a call for a person to read, cut short."""
    items = args.items if isinstance(args, Sequence) else ()
    return ", ".join(_shown(item) for item in items[:_ARGUMENTS])


def _shown(value: Any) -> str:  # noqa: ANN401 - any value
    return repr(value)[:_LONGEST] if isinstance(value, str | int | float) else "…"
