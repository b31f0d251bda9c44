"""Tensors out of torch.save's files, both of its forms, through the inert pickle machine.

The zip has `<stem>/data.pkl` and, for each storage, `<stem>/data/<key>`. The older form is five
pickles (magic number, protocol, system, object, keys) and then, for each key in that order, an i64
count of elements and the elements (torch/serialization.py). A tensor is a storage with an offset,
sides and strides, counted in elements (torch/_utils.py, _rebuild_tensor and _v2, _v3).
"""

from collections.abc import Mapping as Names
from dataclasses import dataclass, replace
from typing import Any, Final

from slipway.artifacts.archives.reader import Damaged, reader_of
from slipway.artifacts.archives.zips import MAGIC as ZIP
from slipway.artifacts.pickles.examiner import LEGACY_TORCH
from slipway.artifacts.pickles.running import run
from slipway.artifacts.pickles.values import Global, Instance, Mapping, Persistent, Sequence

from slipway_export.kept_pickles import KeepingMachine
from slipway_export.model import ExportRefused
from slipway_export.zipped import read_zip

DTYPES: Final = {
    "torch.FloatStorage": "F32",
    "torch.DoubleStorage": "F64",
    "torch.HalfStorage": "F16",
    "torch.BFloat16Storage": "BF16",
    "torch.LongStorage": "I64",
    "torch.IntStorage": "I32",
    "torch.ShortStorage": "I16",
    "torch.CharStorage": "I8",
    "torch.ByteStorage": "U8",
    "torch.BoolStorage": "BOOL",
    "torch.ComplexFloatStorage": "C64",
    "torch.float8_e4m3fn": "F8_E4M3",
    "torch.float8_e5m2": "F8_E5M2",
    "torch.uint16": "U16",
    "torch.uint32": "U32",
    "torch.uint64": "U64",
}
_ITEMS: Final = {"F32": 4, "F64": 8, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "C64": 8}
_PICKLES: Final = 5


@dataclass(frozen=True, slots=True)
class Strided:
    """A tensor's place in a storage, counted in elements of `dtype`, a word of safetensors."""

    dtype: str
    storage: str
    offset: int
    sides: tuple[int, ...]
    strides: tuple[int, ...]

    def within(self, storage: str) -> "Strided":
        """The same place in a storage of another name."""
        return replace(self, storage=storage)


@dataclass(frozen=True, slots=True)
class TorchFile:
    """What a file describes, and its storages' bytes by key."""

    root: Any
    storages: Names[str, bytes]


def read(content: bytes) -> TorchFile:
    """The file's object and storages. Raises ExportRefused where they cannot be had."""
    if not content.startswith((LEGACY_TORCH, ZIP)):
        raise ExportRefused("it is a plain pickle of torch's; save it with torch.save")
    try:
        return _older(content) if content.startswith(LEGACY_TORCH) else _zip(content)
    except (Damaged, KeyError, ValueError) as error:
        raise ExportRefused(f"its torch file cannot be read: {error}") from error


def _zip(content: bytes) -> TorchFile:
    entries = read_zip(content)
    names = [name for name in entries if name.partition("/")[2] == "data.pkl"]
    if len(names) != 1:
        raise ExportRefused("its torch file holds no data.pkl")
    stem = names[0].partition("/")[0]
    if entries.get(f"{stem}/byteorder", b"little").strip() != b"little":
        raise ExportRefused("its tensors are big-endian, which safetensors are not")
    place = f"{stem}/data/"
    storages = {n.removeprefix(place): held for n, held in entries.items() if n.startswith(place)}
    return TorchFile(run(KeepingMachine(reader_of(entries[names[0]]))), storages)


def _older(content: bytes) -> TorchFile:
    reader = reader_of(content)
    machines = [KeepingMachine(reader) for _ in range(_PICKLES)]
    roots = []
    for machine in machines:
        machine.start = reader.position
        roots.append(run(machine))
    system, root, keys = roots[2:]
    if isinstance(system, Mapping) and system.items.get("little_endian") is False:
        raise ExportRefused("its tensors are big-endian, which safetensors are not")
    if not isinstance(keys, Sequence):
        raise ExportRefused("its torch file lists no storages")
    items = dict(map(_item, machines[3].persisted))
    storages, offset = {}, reader.position
    for key in keys.items:
        count = int.from_bytes(content[offset : offset + 8], "little", signed=True)
        end = offset + 8 + count * items[key]
        if count < 0 or end > len(content):
            raise ExportRefused(f"its storage {key} has {count} elements and the file ends before")
        storages[str(key)] = content[offset + 8 : end]
        offset = end
    return TorchFile(root, storages)


def _item(held: Persistent) -> tuple[str, int]:
    """A storage's key, and bytes an element."""
    dtype, key = _storage(held)
    return key, _ITEMS.get(dtype, 1)


def _storage(held: Any) -> tuple[str, str]:  # noqa: ANN401 - any value
    """The dtype of a storage ("" where the tensor says it) and its key."""
    told = held.pid if isinstance(held, Persistent) else None
    pid = told.items if isinstance(told, Sequence) else []
    if len(pid) < 5 or not isinstance(pid[1], Global) or not isinstance(pid[2], str):
        raise ExportRefused("a tensor's storage is not one that torch writes")
    if len(pid) > 5 and pid[5] is not None:
        raise ExportRefused("a storage is a view of another; save the model with a newer torch")
    return DTYPES.get(str(pid[1]), ""), pid[2]


def strided(value: Any) -> Strided | None:  # noqa: ANN401 - any value
    """A rebuilt tensor or parameter; None where the value is something else."""
    if _calls(value, "_rebuild_parameter") and value.args.items:
        value = value.args.items[0]
    if not _calls(value, "_rebuild_tensor") or len(value.args.items) < 4:
        return None
    storage, offset, sides, strides, *rest = value.args.items
    dtype, key = _storage(storage)
    if value.cls.name == "_rebuild_tensor_v3" and len(rest) > 2:
        dtype = DTYPES.get(str(rest[2]), "")
    if not dtype:
        raise ExportRefused(f"its tensors of {value.cls.name} have a type that safetensors lack")
    return Strided(dtype, key, _whole(offset), _wholes(sides), _wholes(strides))


def _calls(value: Any, name: str) -> bool:  # noqa: ANN401 - any value
    """Whether the value is what a function of that name, or name and version, made."""
    found = isinstance(value, Instance) and isinstance(value.cls, Global) and value.args
    return bool(found) and value.cls.name.startswith(name)


def _whole(value: Any) -> int:  # noqa: ANN401 - any value
    if type(value) is not int or value < 0:
        raise ExportRefused("a tensor's place in its storage is no number")
    return value


def _wholes(values: Any) -> tuple[int, ...]:  # noqa: ANN401 - any value
    if not isinstance(values, Sequence) or len(values.items) != values.count:
        raise ExportRefused("a tensor's sides or strides are hidden")
    return tuple(map(_whole, values.items))
