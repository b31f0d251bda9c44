"""The network that an artifact holds: which member has its graph, and which have its weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.archive import Archive
from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import MIB
from slipway.artifacts.archives.zips import Zip
from slipway.artifacts.formats.ndarrays import read_arrays
from slipway.artifacts.graphs.keras_graph import keras_graph
from slipway.artifacts.graphs.onnx_graph import onnx_graph
from slipway.artifacts.graphs.saved_model_graph import saved_model_graph
from slipway.artifacts.graphs.symbol_graph import input_shapes, symbol_graph
from slipway.artifacts.members.documents import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slipway.artifacts.graphs.graph import Graph, Shape
    from slipway.artifacts.inspection import Inspection

DRAWN: Final = ("mxnet-symbol", "mxnet-zip", "saved-model", "onnx", "keras")
_DOCUMENT: Final = 8 * MIB


class NoGraph(Exception):
    """The artifact holds no network that can be read as a graph; the message says why."""


def read_network(chunks: Iterable[bytes], inspection: Inspection) -> Graph:
    """The graph of the network in an archive that has been inspected; nothing of it is loaded.

    Raises NoGraph, and ArchiveRefused where it is another archive.
    """
    if inspection.format not in DRAWN:
        told = f"{inspection.kind} ({inspection.format})" if inspection.format else inspection.kind
        raise NoGraph(f"it is {told}, which holds no graph: {', '.join(DRAWN)} do")
    found = _Found(inspection.model_file)
    try:
        for entry in Archive(chunks):
            found.take(entry.name, Reader(entry.some), inspection.format)
        return found.graph()
    except Damaged as error:
        raise NoGraph(f"{inspection.model_file}: {error}") from error


@dataclass(slots=True)
class _Found:
    """The parts of a network, gathered in whatever order they pass."""

    member: str
    read: Graph | None = None
    symbol: Any = None
    shapes: dict[str, Shape] = field(default_factory=dict)
    arrays: dict[str, Shape] = field(default_factory=dict)

    def take(self, name: str, reader: Reader, format_: str) -> None:
        """Read a member, if it is one of them."""
        if name == self.member and format_ in _READERS:
            self.read = _READERS[format_](reader)
        elif name == self.member and format_ == "mxnet-zip":
            for entry in Zip(reader):
                self._mxnet(entry.name, entry.reader)
        elif format_ == "mxnet-symbol":
            self._mxnet(name, reader, self.member)

    def _mxnet(self, name: str, reader: Reader, symbol: str = "symbol.json") -> None:
        if name.endswith(symbol):
            self.symbol = _document(reader)
        elif name.endswith(".params"):
            self.arrays = {array.name: array.shape for array in read_arrays(reader)}
        elif name.endswith("shapes.json"):
            self.shapes = input_shapes(_document(reader))

    def graph(self) -> Graph:
        """The network, now that all has passed."""
        return self.read or symbol_graph(self.symbol, self.arrays, self.shapes)


def _document(reader: Reader) -> Any:  # noqa: ANN401 - JSON
    data = reader.peek(_DOCUMENT + 1)
    if len(data) > _DOCUMENT:
        raise Damaged(f"it is larger than {_DOCUMENT} bytes")
    return parse_json(data)


def _keras(reader: Reader) -> Graph:
    graph = None
    for entry in Zip(reader):
        if entry.name == "config.json":
            graph = keras_graph(_document(entry.reader))
    if graph is None:
        raise Damaged("it has no config.json")
    return graph


_READERS: Final[dict[str, Callable[[Reader], Graph]]] = {
    "saved-model": saved_model_graph,
    "onnx": onnx_graph,
    "keras": _keras,
}
