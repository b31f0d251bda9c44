"""What the inert pickle machine puts on its stack: descriptions, never live objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

KEPT: Final = 256  # children remembered of one list, dict or set
HEAVIEST: Final = 64  # nodes remembered of one tuple


class Unknown:
    """A value that is not remembered. Using it as a name or a callable is an offence."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "?"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Global:
    """A module attribute that the pickle asks for, and where (bytes into the pickle)."""

    module: str
    name: str
    position: int = field(compare=False, default=0)

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Sequence:
    """A list, tuple, set or frozenset: its first items and its length."""

    kind: str
    items: list[Any] = field(default_factory=list)
    count: int = 0
    weight: int = 1


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict: its first items with simple keys, and its length (keys counted as often as set)."""

    items: dict[Any, Any] = field(default_factory=dict)
    count: int = 0


@dataclass(slots=True, eq=False)
class Instance:
    """What a class or callable would have made, of which arguments, and its state."""

    cls: Global | Unknown
    args: Sequence | None = None
    state: Any = None
    builds: int = 0
    items: Mapping = field(default_factory=Mapping)

    @property
    def attributes(self) -> dict[Any, Any]:
        """The attributes that BUILD gives it."""
        state = self.state
        if isinstance(state, Sequence) and len(state.items) == 2:
            state = state.items[0]
        return state.items if isinstance(state, Mapping) else {}


@dataclass(slots=True, eq=False)
class Blob:
    """Bytes: how many, how they begin and end, and the verdict on a pickle inside them."""

    size: int
    head: bytes = b""
    tail: bytes = b""
    nested: Any = None


@dataclass(slots=True, eq=False)
class Array:
    """A numpy array that joblib keeps beside the pickle's opcodes."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(slots=True, eq=False)
class Persistent:
    """What a persistent id stands for: in torch files, a storage."""

    pid: Any


def weigh(value: Any) -> int:  # noqa: ANN401 - any value of the machine
    """How many remembered nodes hang on a value."""
    return value.weight if isinstance(value, Sequence) else 1
