"""Every file as `pickle.load` would take it, while another reader takes it for something else.

A loader does not ask what a file looks like: SageMaker's XGBoost unpickles each file first, torch
and numpy unpickle what they do not know. So the inert machine follows the bytes of every file as
they pass, until they stop making sense as opcodes, which most do at once. What it would have
called before that is judged like any pickle's.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.pickles.allowed import may_name
from slipway.artifacts.pickles.examiner import DEEPEST, Examiner
from slipway.artifacts.pickles.opcodes import Stop
from slipway.artifacts.pickles.running import follow
from slipway.artifacts.pickles.values import Blob, Global, Instance, Unknown
from slipway.artifacts.pickles.verdicts import Judgement, Offence, Verdict

if TYPE_CHECKING:
    from slipway.artifacts.archives.effort import Effort

_OVER: Final = (Damaged, IndexError, ValueError, OverflowError, struct.error)


class _Starved(Exception):
    """The next bytes have not passed by yet."""


class _Fed(Reader):
    """A reader of what was fed so far; what it skips need not have come yet."""

    def __init__(self, effort: Effort) -> None:
        super().__init__(lambda _: b"", effort)
        self._owed = 0
        self._in_line = False

    def add(self, data: bytes | memoryview) -> None:
        """The next bytes of the file."""
        if self._in_line:
            end = bytes(data).find(b"\n")
            self._in_line = end < 0
            data = data[len(data) if end < 0 else end + 1 :]
        passed = min(self._owed, len(data))
        self._owed -= passed
        self._before += self._start + passed
        self._buffer = self._buffer[self._start :] + bytes(data[passed:])
        self._start = 0

    def mark(self) -> int:
        """Where an opcode begins, to come back to."""
        return self._start

    def back(self, mark: int) -> None:
        """To what had begun."""
        self._start = mark

    def read(self, count: int) -> bytes:
        """`count` bytes. Raises _Starved where they have not come."""
        if self._owed or len(self._buffer) - self._start < count:
            raise _Starved
        return super().read(count)

    def skip(self, count: int) -> None:
        """Pass over bytes, also those to come."""
        here = min(count, len(self._buffer) - self._start)
        self._start += here
        self._owed += count - here

    def line(self, limit: int) -> bytes:
        """Up to the next newline. Raises _Starved, or Damaged where it is too far."""
        held = self._buffer.find(b"\n", self._start, self._start + limit)
        if held < 0 and len(self._buffer) - self._start < limit:
            raise _Starved
        return super().line(limit)

    def long_line(self, limit: int) -> bytes | None:
        """As the reader's, also where the line ends in what is to come."""
        try:
            return self.line(limit)
        except Damaged:
            end = self._buffer.find(b"\n", self._start)
            self._in_line = end < 0
            self._start = len(self._buffer) if end < 0 else end + 1
            return None


class Probe(Examiner):
    """Follows a file's bytes as opcodes as long as they make sense."""

    def __init__(self, effort: Effort) -> None:
        self.fed = _Fed(effort)
        super().__init__(self.fed, Judgement(), DEEPEST, share=1)
        self.indices: set[int] = set()
        self.alive = True
        self.struck = False

    def feed(self, data: bytes | memoryview) -> None:
        """The next bytes of the file."""
        if not self.alive:
            return
        self.fed.add(data)
        self.fed.effort.step(len(data) // _QUICK)
        try:
            while True:
                mark = self.fed.mark()
                follow(self)
                self.fed.effort.step(1)
        except _Starved:
            self.fed.back(mark)
        except Stop:
            self._again()
        except _OVER as error:
            self.alive = False
            if str(error).startswith(_UNFOLLOWED):
                self.judgement.offences.append(Offence(str(error), self.fed.position))
                self.struck = True

    def put(self, index: int) -> None:
        """Remember the top of the stack; how many indices there are tells what MEMOIZE means."""
        self.indices.add(index)
        if len(self.indices) > _INDICES:
            raise Damaged(f"more than {_INDICES} values are in its memo")
        super().put(index)

    def memoize(self) -> None:
        """MEMOIZE: `memo[len(memo)]`, in whatever order the indices came."""
        self.put(len(self.indices))

    def _again(self) -> None:
        """A loader may load one pickle after the other."""
        self.struck = self.struck or bool(self.judgement.offences or self.judgement.asked)
        self.stack, self.marks, self.memo, self.memoized = [], [], {}, 0
        self.indices = set()
        self.sequential, self.below, self.protocol = True, 0, 0
        self.feed(b"")

    def verdict(self) -> Verdict | None:
        """What loading it as a pickle would do, where it would do anything."""
        return self.judgement.verdict(None) if self.struck else None

    # Random bytes and texts make names by chance, but hardly ever call them.

    def on_global(self, found: Global) -> Global:
        """Only names that Python could have."""
        if not all(part.isidentifier() for part in str(found).split(".")):
            raise Damaged("no name")
        return super().on_global(found)

    def on_call(self, callee: Any, args: Any) -> None:  # noqa: ANN401 - any value
        """A call that is not allowed would happen."""
        before = len(self.judgement.offences)
        if isinstance(callee, Unknown) and before:
            self.struck = True  # it was asked for by a name that is hidden
        if not isinstance(callee, Global | Instance):
            raise Damaged("nothing to call")
        super().on_call(callee, args)
        grew = len(self.judgement.offences) > before
        self.struck = self.struck or grew or not self._is_listed(callee)

    def on_make(self, cls: Any) -> None:  # noqa: ANN401 - any value
        """So would a class's `__new__`."""
        if not isinstance(cls, Global | Instance):
            raise Damaged("nothing to make")
        super().on_make(cls)
        self.struck = self.struck or not self._is_listed(cls)

    def on_build(self, instance: Any) -> Any:  # noqa: ANN401 - any value
        """State may be given to anything that has a name."""
        if not isinstance(instance, Instance | Global):
            raise Damaged("nothing to give state to")
        if isinstance(instance, Global):
            self.on_offence(f"state given to {instance}")
            self.struck = True
        return instance

    def _is_listed(self, value: Global | Instance) -> bool:
        found = value if isinstance(value, Global) else value.cls
        return isinstance(found, Global) and may_name(found)

    def persistent(self, pid: Any) -> None:  # noqa: ANN401 - any value
        """No plain loader knows one."""
        del pid
        raise Damaged("a persistent id")

    def out_of_band(self, what: str) -> None:
        """No plain loader has one."""
        raise Damaged(what)

    def on_blob(self, size: int) -> Blob:
        """Bytes, whatever they are."""
        return self.blob(size)

    def blob(self, size: int) -> Blob:
        """Bytes that are passed over."""
        self.reader.skip(size)
        return Blob(size)


_INDICES: Final = 200_000
_UNFOLLOWED: Final = ("more than ", "a number is too long")  # bounds of ours, not of pickle's
_QUICK: Final = 100_000  # bytes of a skipped string that cost a step
