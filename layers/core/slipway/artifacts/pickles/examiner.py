"""Pickles, judged without being loaded: an exact allow-list on an inert machine.

    stream ─► decompressed where joblib would ─► Machine, opcode by opcode ─► Verdict
                                                   │ every global checked against the list
                                                   └ joblib's raw arrays stepped over exactly

Nothing is imported, called or unpickled. A verdict of safe says that the file asks only for what
scikit-learn, XGBoost, numpy and their kin write themselves; it is no proof that loading is
harmless, so models are still loaded in a process of their own.
"""

from __future__ import annotations

import re
from collections import ChainMap
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged, Reader, reader_of
from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.pickles.allowed import may_call, may_make, may_name
from slipway.artifacts.pickles.joblib_arrays import ALIGNMENT, is_wrapper, layout_of
from slipway.artifacts.pickles.machine import Machine
from slipway.artifacts.pickles.opcodes import DISPATCH
from slipway.artifacts.pickles.reach import is_carried, may_be_called, only_attacks
from slipway.artifacts.pickles.running import run
from slipway.artifacts.pickles.values import Array, Blob, Global, Instance, Persistent, Sequence
from slipway.artifacts.pickles.verdicts import Judgement, Offence, Verdict, shown

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST: Final = 16
LEGACY_TORCH: Final = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch/serialization.py
GETATTR: Final = "builtins.getattr"
_AHEAD: Final = 64 * KIB
_PICKLE: Final = re.compile(rb"\x80[\x02-\x05]")


class Examiner(Machine):
    """A machine that holds every global, call and array of a pickle against the allow-list."""

    def __init__(
        self, reader: Reader, judgement: Judgement, depth: int = 0, share: int | None = None
    ) -> None:
        super().__init__(reader, 1 << depth if share is None else share)
        self.judgement = judgement
        self.depth = depth

    def on_global(self, found: Global) -> Global:
        """Only what is on the list may be asked for."""
        name = str(found)
        if name not in self.judgement.globals:
            if not may_name(found):
                self.on_foreign(found)
            self.judgement.globals[name] = found
        return self.judgement.globals[name]

    def on_foreign(self, found: Global) -> None:
        """What is on no list is an attack, or somebody may vouch for it."""
        if str(found) == GETATTR:
            self.judgement.unused = found
        elif is_carried(found) and self.judgement.carries_code:
            self.judgement.ask(found)
        elif only_attacks(found):
            self.on_offence(f"the global {str(found)[:200]}", named=True)
        else:
            self.judgement.ask(found)

    def on_call(self, callee: Any, args: Any) -> None:  # noqa: ANN401 - any value
        """Only what is on the list may be called, with arguments of its kind; whoever vouches for
        another global vouches for what it gives."""
        if not isinstance(callee, Global):
            if not self._is_asked(callee) and not _is_zone(callee):
                self.on_offence("a call of something that is not plainly named")
        elif str(callee) == GETATTR:
            self._get_attribute(args)
        elif not may_name(callee):
            self._call_foreign(callee, args)
        elif not (isinstance(args, Sequence) and may_call(callee, args)):
            self.on_offence(f"a call of {callee} with these arguments", named=True)
        else:
            for arg in args.items:
                self.judgement.used(arg, "made")

    def _get_attribute(self, args: Any) -> None:  # noqa: ANN401 - any value
        """`getattr(Class, "MEMBER")` of an enumeration that somebody may vouch for, as Python 3.11
        pickles one; or a time zone's own way back. What it gives is not called but for that."""
        self.judgement.unused = None
        cls, name = (*args.items, None, None)[:2] if isinstance(args, Sequence) else (None, None)
        found = cls.cls if isinstance(cls, Instance) else cls
        plain = isinstance(name, str) and name.isidentifier() and not name.startswith("_")
        if not (plain and str(found) in self.judgement.asked) and not _is_way_back(cls, name):
            self.on_offence(f"a call of {GETATTR} with these arguments", named=True)

    def _call_foreign(self, callee: Global, args: Any) -> None:  # noqa: ANN401 - any value
        if str(callee) in self.judgement.asked and not may_be_called(callee):
            del self.judgement.asked[str(callee)]
            self.on_offence(f"a call of {callee}", named=True)
        self.judgement.used(callee, "called", shown(args))

    def _is_asked(self, value: Any) -> bool:  # noqa: ANN401 - any value
        return isinstance(value, Instance) and str(value.cls) in self.judgement.asked

    def on_make(self, cls: Any) -> None:  # noqa: ANN401 - any value
        """Only classes on the list come to life, and those that somebody may vouch for."""
        if not isinstance(cls, Global):
            if not self._is_asked(cls):
                self.on_offence("an object of a class that is not plainly named")
        elif not may_name(cls):
            self.judgement.used(cls, "made")
        elif not may_make(cls):
            self.on_offence(f"an object of {cls}", named=True)

    def on_build(self, instance: Any) -> Any:  # noqa: ANN401 - any value
        """State may be given to new objects only; joblib's wrappers become their arrays."""
        if not isinstance(instance, Instance):
            self.on_offence("state given to what is no new object")
        elif is_wrapper(instance):
            return self._array(instance)
        return instance

    def persistent(self, pid: Any) -> None:  # noqa: ANN401 - any value
        """Only torch gives persistent ids a meaning."""
        self.on_offence("a persistent id")
        super().persistent(pid)

    def on_offence(self, what: str, *, named: bool = False) -> None:
        """Note it, with its position; `named` where an attack would have to pass by here."""
        del named
        self.judgement.add(what, self.reader.position)

    def on_blob(self, size: int) -> Blob:
        """Bytes that begin like a pickle are judged as one, in case something loads them."""
        if self.depth >= DEEPEST or not _PICKLE.match(self.reader.peek(2)):
            return self.blob(size)
        start = self.reader.position
        window = Reader(_window(self.reader, size), self.reader.effort)
        nested = examine(window, self.depth + 1)
        self.judgement.nested.append(nested)
        self.reader.skip(size - (self.reader.position - start))
        return Blob(size, nested=nested)

    def _array(self, wrapper: Instance) -> Any:  # noqa: ANN401 - any value
        if self.offset < self.frame_end:
            self.on_offence("an array inside a frame, where joblib looks for it elsewhere")
        self.judgement.arrays += 1
        layout = layout_of(wrapper)
        if layout.objects:
            return self._objects()
        if layout.padded:
            self._skip_padding()
        else:
            self._check_unpadded(wrapper)
        self.reader.skip(layout.size)
        return Array(layout.code, layout.shape)

    def _objects(self) -> Any:  # noqa: ANN401 - any value
        if self.depth >= DEEPEST:
            raise Damaged("arrays of objects lie too deep in each other")
        return run(Examiner(self.reader, self.judgement, self.depth + 1))

    def _skip_padding(self) -> None:
        length = self.reader.read(1)[0]
        if length > ALIGNMENT:
            self.on_offence("an array padded more than joblib pads")
        self.reader.skip(length)

    def _check_unpadded(self, wrapper: Instance) -> None:
        """Elements must not work as opcodes for a script that loads with pickle, not joblib."""
        ahead = self.reader.peek(_AHEAD)
        if ahead and ahead[0] in DISPATCH and _Shadow(self, wrapper, ahead).strikes():
            self.on_offence("an array whose elements work as pickle opcodes")


class TorchExaminer(Examiner):
    """A machine for torch.save: tensors' bytes lie outside, behind persistent ids."""

    def on_global(self, found: Global) -> Global:
        """TorchScript names its own compiled types, which Python cannot import."""
        if found.module.partition(".")[0] == "__torch__":
            return found
        return super().on_global(found)

    def on_call(self, callee: Any, args: Any) -> None:  # noqa: ANN401 - any value
        """A TorchScript type is made without code of its own."""
        if not _is_torchscript(callee):
            super().on_call(callee, args)

    def on_make(self, cls: Any) -> None:  # noqa: ANN401 - any value
        """A TorchScript type is made without code of its own."""
        if not _is_torchscript(cls):
            super().on_make(cls)

    def persistent(self, pid: Any) -> None:  # noqa: ANN401 - any value
        """`("storage", type, key, device, count)`, or ("module", …) with a source nobody runs."""
        if not isinstance(pid, Sequence) or pid.items[:1] not in (["storage"], ["module"]):
            self.on_offence("a persistent id that torch does not write")
        if isinstance(pid, Sequence) and pid.items[:1] == ["module"] and len(pid.items) > 1:
            self.push(pid.items[1])
        else:
            self.push(Persistent(pid))


def _is_torchscript(value: object) -> bool:
    return isinstance(value, Global) and value.module.partition(".")[0] == "__torch__"


class _Shadow(Examiner):
    """Reads on as plain pickle would, in the middle of another machine's run."""

    def __init__(self, machine: Examiner, wrapper: Instance, ahead: bytes) -> None:
        super().__init__(reader_of(ahead), Judgement(), DEEPEST, share=1)
        self.more = len(ahead) == _AHEAD
        self.stack = [*machine.stack[:-1], wrapper]
        self.marks = [list(values) for values in machine.marks]
        self.memo = ChainMap({}, machine.memo)
        self.memoized, self.sequential = machine.memoized, machine.sequential
        self.protocol = machine.protocol

    def strikes(self) -> bool:
        """Whether an offence comes before the opcodes stop making sense."""
        try:
            run(self)
        except Damaged:
            return bool(self.judgement.offences) or (self.more and self.reader.at_end())
        return bool(self.judgement.offences)

    def extend(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401 - any value
        """The other machine's lists stay as they are."""

    def set_items(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401 - any value
        """The other machine's dicts stay as they are."""

    def build(self) -> None:
        """The other machine's objects stay as they are, and wrappers mean nothing to pickle."""
        self.stack.pop()
        if not isinstance(self.stack[-1], Instance):
            raise Damaged("no object")

    def on_global(self, found: Global) -> Global:
        """Random bytes make no names."""
        if not all(part.isidentifier() for part in str(found).split(".")):
            raise Damaged("no name")
        return super().on_global(found)

    def on_foreign(self, found: Global) -> None:
        """Nobody vouches for what only looks like a name."""
        self.on_offence(f"the global {str(found)[:200]}", named=True)

    def on_offence(self, what: str, *, named: bool = False) -> None:
        """Random bytes make many offences, of which the loader would stop at the first."""
        if named:
            super().on_offence(what)
        raise Damaged(what)


def _is_way_back(cls: Any, name: Any) -> bool:  # noqa: ANN401 - any value
    return str(cls) == "zoneinfo.ZoneInfo" and name == "_unpickle"


def _is_zone(value: Any) -> bool:  # noqa: ANN401 - any value
    """Whether it is `getattr(ZoneInfo, "_unpickle")`, which is called with a zone's name."""
    made = isinstance(value, Instance) and str(value.cls) == GETATTR and value.args
    return bool(made) and _is_way_back(*(*value.args.items, None, None)[:2])


def _window(reader: Reader, size: int) -> Callable[[int], bytes]:
    """A source that ends after `size` bytes of another reader."""
    end = reader.position + size

    def some(most: int) -> bytes:
        left = end - reader.position
        return reader.some(min(most, left)) if left else b""

    return some


def examine(reader: Reader, depth: int = 0, *, torch: bool = False) -> Verdict:
    """Judge the pickle that a reader holds, to its end; `torch` for a data.pkl of torch.save.

    A file in torch's older form, several pickles and then raw tensors, is known by its first bytes.
    """
    judgement = Judgement()
    root = None
    try:
        if reader.peek(len(LEGACY_TORCH)) == LEGACY_TORCH:
            root = _run_legacy(reader, judgement, depth)
        else:
            machine = TorchExaminer if torch else Examiner
            root = run(machine(reader, judgement, depth))
            if not reader.at_end():
                judgement.add("bytes after the end of the pickle", reader.position)
    except Damaged as error:
        judgement.offences.append(Offence(str(error), reader.position))
    return judgement.verdict(root)


def _run_legacy(reader: Reader, judgement: Judgement, depth: int) -> Any:  # noqa: ANN401
    """Magic number, protocol, system and object are pickles; so is the list of tensors' keys."""
    roots = [run(TorchExaminer(reader, judgement, depth)) for _ in range(5)]
    while reader.some():
        pass
    return roots[3]
