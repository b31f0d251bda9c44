"""What a pickle describes, with its bytes: the inert machine of `slipway.artifacts`, which forgets
nothing here that a converter needs. Nothing is imported, called or unpickled."""

from typing import Any, Final

from slipway.artifacts.archives.compressed import compression_at, open_compressed
from slipway.artifacts.archives.reader import Damaged, Reader, reader_of
from slipway.artifacts.archives.refusal import GIB
from slipway.artifacts.pickles.examiner import TorchExaminer
from slipway.artifacts.pickles.running import run
from slipway.artifacts.pickles.values import Blob, Mapping, Persistent, Sequence
from slipway.artifacts.pickles.verdicts import Judgement

from slipway_export.model import ExportRefused

ROOM: Final = 2_000_000  # values remembered
KEPT: Final = 2 * GIB  # bytes of strings and byte arrays


class KeepingMachine(TorchExaminer):
    """The examiner that keeps byte arrays whole and dicts of any length."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader, Judgement())
        self.room = ROOM
        self.left = KEPT
        self.persisted: list[Persistent] = []

    def blob(self, size: int) -> Blob:
        """Bytes of that size, all of them."""
        self.left -= size
        if self.left < 0:
            raise Damaged(f"it holds more than {KEPT} bytes")
        parts = []
        while size:
            parts.append(part := self.reader.some(min(size, 1 << 20)))
            size -= len(part)
            if not part:
                raise Damaged("it ends too early")
        data = b"".join(parts)
        return Blob(len(data), data)

    def persistent(self, pid: Any) -> None:  # noqa: ANN401 - any value
        """A storage of torch's, which lies outside the pickle."""
        super().persistent(pid)
        if isinstance(self.stack[-1], Persistent):
            self.persisted.append(self.stack[-1])

    def extend(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401 - any value
        """APPEND(S), however many."""
        before = len(target.items) if isinstance(target, Sequence) else 0
        super().extend(target, values)
        if isinstance(target, Sequence) and len(target.items) < before + len(values):
            target.items[before:] = [value for value in values if self.keep(value)]

    def remember_all(self, target: Mapping, values: list[Any]) -> None:
        """Set every item whose key is a name."""
        for key, value in zip(values[::2], values[1::2], strict=True):
            if isinstance(key, str | int):
                self.remember(target, key, value)

    def set_items(self, target: Any, values: list[Any]) -> None:  # noqa: ANN401 - any value
        """SETITEM(S), however many."""
        super().set_items(target, values)
        held = getattr(target, "items", None) if not isinstance(target, Mapping) else target
        if isinstance(held, Mapping):
            self.remember_all(held, values)


def read(content: bytes) -> Any:  # noqa: ANN401 - any value of the machine
    """What the pickle in these bytes describes, compressed or not."""
    reader = reader_of(content)
    try:
        opened = open_compressed(reader) if compression_at(reader) else reader
        return run(KeepingMachine(opened))
    except Damaged as error:
        raise ExportRefused(f"its pickle cannot be read: {error}") from error
