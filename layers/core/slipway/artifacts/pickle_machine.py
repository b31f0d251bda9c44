"""The pickle machine with every global inert: it describes, and neither imports nor calls.

It follows the standard library's pickle.py opcode by opcode (protocols 0 to 5), so that it reads
what `pickle.load` would read, but keeps descriptions in place of objects and forgets what it has
no room for. What is forgotten becomes UNKNOWN, and UNKNOWN as a name or a callable is an offence:
forgetting can refuse a file, never pass one.
"""

from __future__ import annotations

import codecs
import struct
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.pickle_values import (
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
from slipway.artifacts.reader import Damaged, Reader
from slipway.artifacts.refusal import KIB

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

STEPS: Final = 60_000_000  # opcodes: about a minute
ROOM: Final = 100_000  # children remembered in all
MEMO: Final = 50_000  # values remembered in the memo
FRAME: Final = 10_000  # values remembered since a mark
DEPTH: Final = 2_000_000  # values on the stack, remembered or not
MARKS: Final = 10_000
BLOBS: Final = 512
TEXT: Final = 512
_LINE: Final = 64 * KIB
_HEAD: Final = 2 * KIB
_ATOMS: Final = (str, int, float, bool, type(None))
_OLD_MODULES: Final = {"__builtin__": "builtins", "copy_reg": "copyreg"}


class Stop(Exception):
    """The pickle has ended with this value."""


class Machine:
    """Runs one pickle; subclasses say what a global, a call or a built object means to them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.start = reader.position
        self.protocol = 0
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: MutableMapping[int, Any] = {}
        self.memoized = 0
        self.sequential = True
        self.below = 0
        self.frame_end = 0
        self.room = ROOM
        self.blobs = BLOBS

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

    # The loop

    def run(self) -> Any:  # noqa: ANN401 - any value
        """Execute up to STOP and return what the pickle describes; Damaged where it breaks."""
        try:
            for _ in range(STEPS):
                code = self.reader.read(1)[0]
                action = DISPATCH.get(code)
                if action is None:
                    raise Damaged(f"{code:#04x} is not a pickle opcode")
                action(self)
        except Stop as stop:
            return stop.args[0]
        except (IndexError, ValueError, OverflowError, struct.error) as error:
            raise Damaged(f"a pickle opcode is malformed: {error}") from None
        raise Damaged(f"it has more than {STEPS} opcodes")

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
        if len(self.memo) < MEMO or (
            isinstance(self.stack[-1], Global | str) and len(self.memo) < 3 * MEMO
        ):
            self.memo[index] = self.stack[-1]

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
            module = _OLD_MODULES.get(module, module)
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


def _number(format_: str) -> Callable[[Machine], int]:
    layout = struct.Struct(format_)

    def read(machine: Machine) -> int:
        return int(layout.unpack(machine.reader.read(layout.size))[0])

    return read


_u1 = _number("<B")
_u2 = _number("<H")
_i4 = _number("<i")
_u4 = _number("<I")
_u8 = _number("<Q")


def _line(machine: Machine) -> bytes:
    return machine.reader.line(_LINE)


def _size4(machine: Machine) -> int:
    size = _i4(machine)
    if size < 0:
        raise Damaged("a length is negative")
    return size


def _int(machine: Machine) -> None:
    line = _line(machine)
    machine.push({b"00": False, b"01": True}.get(line) if line in (b"00", b"01") else _digits(line))


def _digits(line: bytes) -> int:
    if len(line) > 1000:
        raise Damaged("a number is too long")
    return int(line, 0)


def _long(machine: Machine) -> None:
    line = _line(machine)
    machine.push(_digits(line.removesuffix(b"L")))


def _long_of(machine: Machine, size: int) -> None:
    if size > TEXT:
        machine.reader.skip(size)
        machine.push(UNKNOWN)
    else:
        machine.push(int.from_bytes(machine.reader.read(size), "little", signed=True))


def _float(machine: Machine) -> None:
    machine.push(float(_line(machine)))


def _binfloat(machine: Machine) -> None:
    machine.push(struct.unpack(">d", machine.reader.read(8))[0])


def _string(machine: Machine) -> None:
    data = machine.reader.long_line(_LINE)
    if data is None:
        machine.push(UNKNOWN)
        return
    if len(data) < 2 or data[0] != data[-1] or data[:1] not in (b"'", b'"'):
        raise Damaged("a quoted string is not quoted")
    _push_old(machine, codecs.escape_decode(data[1:-1])[0])


def _push_old(machine: Machine, data: bytes) -> None:
    """A Python 2 string: text where it is ASCII, bytes where the loader decodes it as latin1."""
    machine.push(data.decode("latin-1") if len(data) <= TEXT else Blob(len(data), data[:_HEAD]))


def _old_string(machine: Machine, size: int) -> None:
    if size <= TEXT:
        _push_old(machine, machine.reader.read(size))
    else:
        machine.push(machine.on_blob(size))


def _unicode(machine: Machine) -> None:
    line = machine.reader.long_line(TEXT)
    machine.push(UNKNOWN if line is None else line.decode("raw-unicode-escape"))


def _instantiate(machine: Machine, callee: Any, args: list[Any]) -> None:  # noqa: ANN401
    machine.call(callee, machine.tuple_of(args))


def _inst(machine: Machine) -> None:
    module, name = (_line(machine).decode("ascii") for _ in range(2))
    machine.find(module, name)
    callee = machine.stack.pop()
    _instantiate(machine, callee, machine.since_mark())


def _obj(machine: Machine) -> None:
    callee, *args = machine.since_mark()
    _instantiate(machine, callee, args)


def _global(machine: Machine) -> None:
    module, name = (_line(machine).decode("utf-8") for _ in range(2))
    machine.find(module, name)


def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    machine.find(machine.stack.pop(), name)


def _reduce(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.call(machine.stack.pop(), args)


def _newobj(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.make(machine.stack.pop(), args)


def _newobj_ex(machine: Machine) -> None:
    kwargs = machine.stack.pop()
    if not isinstance(kwargs, Mapping) or kwargs.count:
        machine.on_offence("a class made with keyword arguments")
    _newobj(machine)


def _frame(machine: Machine) -> None:
    size = _u8(machine)
    machine.frame_end = max(machine.frame_end, machine.offset + size)


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.since_mark()


def _tuple_top(count: int) -> Callable[[Machine], None]:
    def build(machine: Machine) -> None:
        if len(machine.stack) < count:
            raise Damaged("its stack is empty")
        values = machine.stack[-count:]
        del machine.stack[-count:]
        machine.push(machine.tuple_of(values))

    return build


def _list(machine: Machine) -> None:
    made = Sequence("list")
    machine.extend(made, machine.since_mark())
    machine.push(made)


def _dict(machine: Machine) -> None:
    made = Mapping()
    machine.set_items(made, machine.since_mark())
    machine.push(made)


def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    machine.extend(machine.stack[-1], [value])


def _appends(machine: Machine) -> None:
    values = machine.since_mark()
    machine.extend(machine.stack[-1], values)


def _setitem(machine: Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    machine.set_items(machine.stack[-1], [key, value])


def _setitems(machine: Machine) -> None:
    values = machine.since_mark()
    machine.set_items(machine.stack[-1], values)


def _stop(machine: Machine) -> None:
    raise Stop(machine.stack.pop())


def _protocol(machine: Machine) -> None:
    machine.protocol = _u1(machine)
    if machine.protocol > 5:
        raise Damaged(f"its pickle protocol is {machine.protocol}")


DISPATCH: Final[dict[int, Callable[[Machine], Any]]] = {
    ord(code): action
    for code, action in {
        b"\x80": _protocol,
        b"\x95": _frame,
        b"(": Machine.mark,
        b".": _stop,
        b"0": _pop,
        b"1": Machine.since_mark,
        b"2": lambda m: m.push(m.stack[-1]),
        b"N": lambda m: m.push(None),
        b"\x88": lambda m: m.push(value=True),
        b"\x89": lambda m: m.push(value=False),
        b"I": _int,
        b"J": lambda m: m.push(_i4(m)),
        b"K": lambda m: m.push(_u1(m)),
        b"M": lambda m: m.push(_u2(m)),
        b"L": _long,
        b"\x8a": lambda m: _long_of(m, _u1(m)),
        b"\x8b": lambda m: _long_of(m, _size4(m)),
        b"F": _float,
        b"G": _binfloat,
        b"S": _string,
        b"T": lambda m: _old_string(m, _size4(m)),
        b"U": lambda m: _old_string(m, _u1(m)),
        b"B": lambda m: m.push(m.on_blob(_u4(m))),
        b"C": lambda m: m.push(m.on_blob(_u1(m))),
        b"\x8e": lambda m: m.push(m.on_blob(_u8(m))),
        b"\x96": lambda m: m.push(m.on_blob(_u8(m))),
        b"V": _unicode,
        b"X": lambda m: m.push(m.text(_u4(m))),
        b"\x8c": lambda m: m.push(m.text(_u1(m))),
        b"\x8d": lambda m: m.push(m.text(_u8(m))),
        b")": lambda m: m.push(Sequence("tuple")),
        b"\x85": _tuple_top(1),
        b"\x86": _tuple_top(2),
        b"\x87": _tuple_top(3),
        b"t": lambda m: m.push(m.tuple_of(m.since_mark())),
        b"\x91": lambda m: m.push(m.tuple_of(m.since_mark(), "frozenset")),
        b"]": lambda m: m.push(Sequence("list")),
        b"}": lambda m: m.push(Mapping()),
        b"\x8f": lambda m: m.push(Sequence("set")),
        b"l": _list,
        b"d": _dict,
        b"a": _append,
        b"e": _appends,
        b"\x90": _appends,
        b"s": _setitem,
        b"u": _setitems,
        b"c": _global,
        b"\x93": _stack_global,
        b"i": _inst,
        b"o": _obj,
        b"R": _reduce,
        b"\x81": _newobj,
        b"\x92": _newobj_ex,
        b"b": Machine.build,
        b"p": lambda m: m.put(_digits(_line(m))),
        b"q": lambda m: m.put(_u1(m)),
        b"r": lambda m: m.put(_u4(m)),
        b"\x94": Machine.memoize,
        b"g": lambda m: m.get(_digits(_line(m))),
        b"h": lambda m: m.get(_u1(m)),
        b"j": lambda m: m.get(_u4(m)),
        b"P": lambda m: m.persistent(_line(m).decode("ascii")),
        b"Q": lambda m: m.persistent(m.stack.pop()),
        b"\x82": lambda m: (_u1(m), m.out_of_band("an extension code")),
        b"\x83": lambda m: (_u2(m), m.out_of_band("an extension code")),
        b"\x84": lambda m: (_i4(m), m.out_of_band("an extension code")),
        b"\x97": lambda m: m.out_of_band("a buffer outside the pickle"),
        b"\x98": lambda _: None,
    }.items()
}
