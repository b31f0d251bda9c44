"""The opcodes of pickle, protocols 0 to 5, as actions of the inert machine.

The standard library's pickle.py is the specification; pickletools.py describes the arguments.
"""

from __future__ import annotations

import codecs
import struct
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.pickles.machine import TEXT
from slipway.artifacts.pickles.values import UNKNOWN, Blob, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.artifacts.pickles.machine import Machine

_LINE: Final = 64 * KIB
_HEAD: Final = 2 * KIB


class Stop(Exception):
    """The STOP opcode: the pickle has ended with this value."""


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


def _numeral(machine: Machine) -> bytes:
    """A number in digits: C reads it as text that ends at a NUL, whatever follows in its line."""
    return _line(machine).partition(b"\0")[0]


def _size4(machine: Machine) -> int:
    size = _i4(machine)
    if size < 0:
        raise Damaged("a length is negative")
    return size


def _int(machine: Machine) -> None:
    line = _numeral(machine)
    machine.push({b"00": False, b"01": True}.get(line) if line in (b"00", b"01") else _digits(line))


def _digits(line: bytes) -> int:
    if len(line) > 1000:
        raise Damaged("no number" if line.strip(b"0123456789 -+xL_") else "a number is too long")
    return int(line, 0)


def _long(machine: Machine) -> None:
    line = _numeral(machine)
    machine.push(_digits(line.removesuffix(b"L")))


def _long_of(machine: Machine, size: int) -> None:
    if size > TEXT:
        machine.reader.skip(size)
        machine.push(UNKNOWN)
    else:
        machine.push(int.from_bytes(machine.reader.read(size), "little", signed=True))


def _float(machine: Machine) -> None:
    machine.push(float(_numeral(machine)))


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
        b"(": lambda m: m.mark(),
        b".": _stop,
        b"0": _pop,
        b"1": lambda m: m.since_mark(),
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
        b"b": lambda m: m.build(),
        b"p": lambda m: m.put(_digits(_numeral(m))),
        b"q": lambda m: m.put(_u1(m)),
        b"r": lambda m: m.put(_u4(m)),
        b"\x94": lambda m: m.memoize(),
        b"g": lambda m: m.get(_digits(_numeral(m))),
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
