"""PyTorch files: the zip of torch.save and TorchScript, and what a state dict tells.

A zip holds `<stem>/data.pkl`, `<stem>/data/<key>` and `<stem>/version`; TorchScript adds
`<stem>/constants.pkl` and `<stem>/code/`. Every pickle in it is judged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.pickles.examiner import examine
from slipway.artifacts.pickles.values import Global, Instance, Mapping, Sequence

if TYPE_CHECKING:
    from slipway.artifacts.archives.reader import Reader
    from slipway.artifacts.pickles.verdicts import Verdict

_SHOWN: Final = 8


class TorchZip:
    """Collects what the entries of a torch zip tell."""

    def __init__(self) -> None:
        self.verdicts: list[tuple[str, Verdict]] = []
        self.scripted = False
        self.details: dict[str, Any] = {}

    def take(self, entry: str, reader: Reader) -> bool:
        """Read an entry as far as it matters; whether it was a pickle."""
        name = entry.partition("/")[2]
        took = name.endswith((".pkl", ".debug_pkl"))
        self.scripted = self.scripted or name == "constants.pkl"
        if took:
            verdict = examine(reader, torch=True)
            self.verdicts.append((entry, replace(verdict, root=None)))
            if name == "data.pkl":
                self.details |= describe(verdict.root)
        elif name == "version":
            self.details["file_version"] = reader.peek(8).decode("ascii", "replace").strip()
        return took


def describe(root: Any) -> dict[str, Any]:  # noqa: ANN401 - any value
    """Tensors by name of a state dict or checkpoint, or the class of a whole module."""
    if isinstance(root, Instance) and root.items.count:
        return _tensors(root.items)
    if isinstance(root, Mapping):
        return _tensors(root) or _inner(root)
    if isinstance(root, Instance) and str(root.cls) == "collections.OrderedDict":
        return _tensors(_paired(root))
    if isinstance(root, Instance) and isinstance(root.cls, Global):
        return {"class": str(root.cls)}
    return {}


def _paired(made: Instance) -> Mapping:
    """Python 2 wrote OrderedDict([[name, tensor], …])."""
    pairs = made.args.items[0] if made.args and made.args.items else None
    if not isinstance(pairs, Sequence):
        return Mapping()
    items = {
        pair.items[0]: pair.items[1]
        for pair in pairs.items
        if isinstance(pair, Sequence) and len(pair.items) == 2 and isinstance(pair.items[0], str)
    }
    return Mapping(items, pairs.count)


def _inner(root: Mapping) -> dict[str, Any]:
    """The first state dict inside a checkpoint."""
    for value in root.items.values():
        held = value.items if isinstance(value, Instance) else value
        if isinstance(held, Mapping) and (found := _tensors(held)):
            return found
    return {}


def _tensors(held: Mapping) -> dict[str, Any]:
    shapes = {str(name): shape for name, value in held.items.items() if (shape := shape_of(value))}
    if not shapes:
        return {}
    return {"tensors": held.count, "shapes": dict(list(shapes.items())[:_SHOWN])}


def shape_of(value: Any) -> list[int] | None:  # noqa: ANN401 - any value
    """The shape of a rebuilt tensor or parameter."""
    if not isinstance(value, Instance) or value.args is None or not value.args.items:
        return None
    first, *rest = value.args.items
    if isinstance(first, Instance):
        return shape_of(first)
    size = rest[1] if len(rest) > 1 else None
    if isinstance(size, Sequence) and all(isinstance(side, int) for side in size.items):
        return list(size.items)
    return None
