"""ONNX files, written node by node.

Operator set 13 and IR version 7 are of 2020: onnxruntime 1.6 and everything later reads them
(https://onnxruntime.ai/docs/reference/compatibility.html).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]  # no types
from onnx import helper, numpy_helper

from slipway_export.model import ExportRefused, Model

_CLASSIC: Final = "ai.onnx.ml"
_OPSETS: Final = {"": 13, _CLASSIC: 2}
IR_VERSION: Final = 7
BATCH: Final = "rows"
_LARGEST: Final = 2**31 - 1  # bytes of a protobuf message


class GraphWriter:
    """A graph that grows; values are known by their names, which are unique.

    What nobody named begins with a slash.
    """

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._names: set[str] = set()

    def input(self, name: str, sides: Sequence[int]) -> str:
        """A float32 input of any number of rows of these sides."""
        name = self._fresh(name)
        self._inputs.append(_described(name, np.float32, (BATCH, *sides)))
        return name

    def constant(self, values: Any, name: str = "constant", kind: Any = np.float32) -> str:  # noqa: ANN401 - whatever numpy takes
        """An array kept in the file."""
        name = self._fresh(name)
        self._constants.append(numpy_helper.from_array(np.array(values, kind, order="C"), name))
        return name

    def trees(self, rows: str, outputs: int, **attributes: Any) -> str:  # noqa: ANN401 - as ONNX says
        """A sum of regression trees, of the operators for classic models."""
        name = self._fresh("/Trees")
        node = helper.make_node(
            "TreeEnsembleRegressor",
            [rows],
            [name],
            name,
            domain=_CLASSIC,
            n_targets=outputs,
            **attributes,
        )
        self._nodes.append(node)
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - as ONNX says
        """A node with one output: its name."""
        return self.add_many(1, operator, *inputs, **attributes)[0]

    def add_many(self, outputs: int, operator: str, *inputs: str, **attributes: Any) -> list[str]:  # noqa: ANN401
        """A node with several outputs."""
        names = [self._fresh(f"/{operator}") for _ in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, names[0], **attributes))
        return names

    def output(
        self,
        value: str,
        name: str,
        sides: Sequence[int | None],
        kind: Any = np.float32,  # noqa: ANN401
    ) -> None:
        """Give a value to the reader of the file, by a name of its own."""
        name = self._fresh(name)
        self._nodes.append(helper.make_node("Identity", [value], [name], name))
        self._outputs.append(_described(name, kind, (BATCH, *sides)))

    def written(self, source: Model) -> bytes:
        """The file; its metadata says what it was made of."""
        read = {name for node in self._nodes for name in node.input}
        constants = [constant for constant in self._constants if constant.name in read]
        graph = helper.make_graph(self._nodes, "slipway", self._inputs, self._outputs, constants)
        domains = {node.domain for node in self._nodes}
        opsets = [helper.make_opsetid(domain, _OPSETS[domain]) for domain in sorted(domains)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="slipway"
        )
        helper.set_model_props(model, _about(source))
        if model.ByteSize() > _LARGEST:
            raise ExportRefused("its weights are larger than the 2 GB that one ONNX file can hold")
        try:
            onnx.checker.check_model(model, full_check=True)
        except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
            raise ExportRefused(f"it makes no valid ONNX graph: {error}") from error
        return bytes(model.SerializeToString())

    def _fresh(self, wanted: str) -> str:
        """The name, or with a number behind it where it is taken."""
        name, number = wanted, 1
        while name in self._names:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name)
        return name


def _described(name: str, kind: Any, sides: Sequence[int | str | None]) -> onnx.ValueInfoProto:  # noqa: ANN401
    element = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    return helper.make_tensor_value_info(name, element, sides)


def adopted(content: bytes, source: Model) -> bytes:
    """A file that another program wrote, with the same metadata; ExportRefused where it is none."""
    try:
        model = onnx.load_model_from_string(content)
        if any(getattr(part, "external_data", ()) for part in _parts(model)):
            raise ExportRefused("its conversion left an ONNX file that refers to other files")
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, DecodeError) as error:
        raise ExportRefused(f"its conversion left no valid ONNX file: {error}") from error
    helper.set_model_props(model, _about(source))
    return bytes(model.SerializeToString())


def _parts(message: Message) -> Iterator[Message]:
    """A protobuf message and all that it holds: tensors stand in attributes and branches too."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in (value,) if isinstance(value, Message) else value:
                yield from _parts(part)


def _about(source: Model) -> dict[str, str]:
    """What every file tells of its origin."""
    inspection = source.inspection
    return {"source_kind": inspection.kind, "source_sha256": inspection.sha256}
