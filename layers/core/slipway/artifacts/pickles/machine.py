"""The pickle machine with every global inert: it describes, and neither imports nor calls.

It follows the standard library's pickle.py opcode by opcode (protocols 0 to 5), so that it reads
what `pickle.load` would read, but keeps descriptions in place of objects and forgets what it has
no room for. What is forgotten becomes UNKNOWN, and UNKNOWN as a name or a callable is an offence:
forgetting can refuse a file, never pass one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.pickles.values import (
    HEAVIEST,
    KEPT,
    UNKNOWN,
    Blob,
    Global,
    Instance,
    Mapping,
    Persistent,
    Sequence,
    Unknown,
    weigh,
)

if TYPE_CHECKING:
    from collections.abc import MutableMapping

TEXT: Final = 512  # longer strings are no names
ROOM: Final = 100_000  # children remembered in all
MEMO: Final = 50_000  # values remembered in the memo
WORDS: Final = 16_000_000  # letters of the strings among them
FRAME: Final = 10_000  # values remembered since a mark
DEPTH: Final = 2_000_000  # values on the stack, remembered or not
MARKS: Final = 10_000
BLOBS: Final = 512
_HEAD: Final = 2 * KIB
_ATOMS: Final = (str, int, float, bool, type(None))
_OLD_NAMES: Final = {
    ("__builtin__", "xrange"): "range",
    ("__builtin__", "unicode"): "str",
    ("__builtin__", "long"): "int",
}
_OLD_MODULES: Final = {"__builtin__": "builtins", "copy_reg": "copyreg"}


class Machine:
    """What one pickle acts on; subclasses say what a global, a call or a built object means."""

    def __init__(self, reader: Reader, share: int = 1) -> None:
        self.reader = reader
        self.share = share  # what lies in another pickle remembers less
        self.start = reader.position
        self.protocol = 0
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: MutableMapping[int, Any] = {}
        self.memoized = 0
        self.sequential = True
        self.below = 0
        self.frame_end = 0
        self.room = ROOM // share
        self.words = WORDS // share
        self.blobs = BLOBS // share

    # What the verdict is made of

    def on_global(self, found: Global) -> Global:
        """A module attribute is asked for; returns what to remember of it."""
        return found

    def on_call(self, callee: Any, args: Any) -> None:  # noqa: ANN401 - any value
        """A callable is called with these arguments."""

    def on_make(self, cls: Any) -> None:  # noqa: ANN401 - any value
        """A class is brought to life without its constructor."""

    def on_build(self, instance: Any) -> Any:  # noqa: ANN401 - any value
        """State was given to the value; returns what the loader puts in its place."""
        return instance

    def on_offence(self, what: str, *, named: bool = False) -> None:
        """Something that no framework writes was met; `named` where it reaches for a global."""
        del named
        raise Damaged(what)

    def on_blob(self, size: int) -> Blob:
        """Bytes of that size come next; must read them."""
        return self.blob(size)

    @property
    def offset(self) -> int:
        """Bytes into the pickle."""
        return self.reader.position - self.start

    # Stack and memo

    def push(self, value: Any) -> None:  # noqa: ANN401 - any value
        """Put a value on the stack, forgotten where too many lie there already."""
        depth = len(self.stack)
        if depth >= FRAME and not isinstance(value, Global):
            value = UNKNOWN
            if depth + self.below > DEPTH:
                raise Damaged(f"more than {DEPTH} values are on its stack")
        self.stack.append(value)

    def mark(self) -> None:
        """MARK: set the stack aside."""
        if len(self.marks) >= MARKS:
            raise Damaged(f"more than {MARKS} marks are open")
        self.below += len(self.stack)
        self.marks.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        """The values since the last MARK; the stack below is back."""
        values = self.stack
        self.stack = self.marks.pop()
        self.below -= len(self.stack)
        return values

    def put(self, index: int) -> None:
        """Remember the top of the stack under an index."""
        if index < 0:
            raise Damaged("a memo index is negative")
        self.sequential = self.sequential and index == self.memoized
        self.memoized += 1
        self.memo.pop(index, None)
        if self.fits(self.stack[-1]):
            self.memo[index] = self.stack[-1]

    def fits(self, value: Any) -> bool:  # noqa: ANN401 - any value
        """Whether the memo has room: names may stand far apart from their use."""
        most = MEMO // self.share
        if isinstance(value, str):
            self.words -= len(value)
            return self.words > 0 and len(self.memo) < 3 * most
        return len(self.memo) < (3 * most if isinstance(value, Global) else most)

    def memoize(self) -> None:
        """MEMOIZE: as `memo[len(memo)]`, which is known only while indices came in order."""
        if not self.sequential:
            raise Damaged("it mixes PUT and MEMOIZE out of order")
        self.put(self.memoized)

    def get(self, index: int) -> None:
        """Push what an index stands for."""
        self.push(self.memo.get(index, UNKNOWN))

    def keep(self, value: Any) -> bool:  # noqa: ANN401 - any value
        """Whether there is room to remember one more child."""
        weight = weigh(value)
        if self.room < weight:
            return False
        self.room -= weight
        return True

    # Values

    def text(self, size: int) -> Any:  # noqa: ANN401
        """A string of that many bytes; a long one is no name, only its ends are remembered."""
        if size <= TEXT:
            return self.reader.read(size).decode("utf-8", "surrogatepass")
        return self.blob(size)

    def blob(self, size: int) -> Blob:
        """Bytes of that size, of which the ends are remembered for the first few blobs."""
        if size <= 2 * _HEAD:
            data = self.reader.read(size)
            return Blob(size, data if self.blobs_left() else b"")
        head = self.reader.read(_HEAD)
        self.reader.skip(size - 2 * _HEAD)
        tail = self.reader.read(_HEAD)
        return Blob(size, head, tail) if self.blobs_left() else Blob(size)

    def blobs_left(self) -> bool:
        """Whether one more blob's ends may be remembered."""
        self.blobs -= 1
        return self.blobs >= 0

    def tuple_of(self, values: list[Any], kind: str = "tuple") -> Sequence:
        """An immutable sequence, forgotten inside where it is heavy."""
        weight = 1 + sum(map(weigh, values)) if len(values) <= HEAVIEST else HEAVIEST + 1
        if weight > HEAVIEST:
            return Sequence(kind, [], len(values))
        return Sequence(kind, values, len(values), weight)

    def extend(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401
        """APPEND(S) or ADDITEMS onto a list, set or object."""
        if isinstance(target, Instance):
            target.items.count += len(values)
        elif not isinstance(target, Sequence | Unknown):
            self.on_offence("items added to what is no list or set")
        if not isinstance(target, Sequence):
            return
        for value in values[: KEPT - len(target.items)]:
            if self.keep(value):
                target.items.append(value)
        target.count += len(values)

    def set_items(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401
        """SETITEM(S) onto a dict or object."""
        if isinstance(target, Instance):
            target = target.items
        if len(values) % 2:
            raise Damaged("a dict has a key without a value")
        if not isinstance(target, Mapping):
            if not isinstance(target, Unknown):
                self.on_offence("items set on what is no dict")
            return
        target.count += len(values) // 2
        for key, value in zip(values[::2], values[1::2], strict=True):
            known = isinstance(key, _ATOMS)
            if known and (key in target.items or len(target.items) < KEPT):
                self.remember(target, key, value)

    def remember(self, target: Mapping, key: Any, value: Any) -> None:  # noqa: ANN401
        """Set one item, or forget it where there is no room."""
        if self.keep(value):
            target.items[key] = value
        else:
            target.items.pop(key, None)

    # Globals and calls

    def find(self, module: Any, name: Any) -> None:  # noqa: ANN401
        """Push the description of a module attribute."""
        if not all(isinstance(part, str | Unknown) for part in (module, name)):
            raise Damaged("a global has no name")
        if isinstance(module, Unknown) or isinstance(name, Unknown):
            self.on_offence("a global whose name is hidden", named=True)
            self.push(UNKNOWN)
            return
        if self.protocol < 3:
            module, name = _OLD_MODULES.get(module, module), _OLD_NAMES.get((module, name), name)
        self.push(self.on_global(Global(module, name, self.offset)))

    def call(self, callee: Any, args: Any) -> None:  # noqa: ANN401
        """Push what a call would give."""
        self.on_call(callee, args)
        self.push(_instance(callee, args))

    def make(self, cls: Any, args: Any) -> None:  # noqa: ANN401
        """Push what `cls.__new__(cls, *args)` would give."""
        self.on_make(cls)
        self.push(_instance(cls, args))

    def build(self) -> None:
        """BUILD: give state to the top of the stack."""
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Instance):
            target.builds += 1
            target.state = state if self.keep(state) else UNKNOWN
        self.stack[-1] = self.on_build(target)

    def persistent(self, pid: Any) -> None:  # noqa: ANN401
        """PERSID: what the loader's persistent_load stands for."""
        self.push(Persistent(pid))

    def out_of_band(self, what: str) -> None:
        """Extension codes and buffers that lie outside the file."""
        self.on_offence(what)
        self.push(UNKNOWN)


def _instance(cls: Any, args: Any) -> Instance:  # noqa: ANN401
    return Instance(
        cls if isinstance(cls, Global) else UNKNOWN, args if isinstance(args, Sequence) else None
    )
