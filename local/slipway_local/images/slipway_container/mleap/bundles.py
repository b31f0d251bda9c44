"""MLeap bundles, as Spark writes them: a pipeline of operators in JSON, computed row by row.

`bundle.json` says the format; each `*.node` folder has a `model.json` (operator and attributes) and
a `node.json` (which columns it reads and writes). See the `bundle-ml` part of combust/mleap.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .operators import OPERATORS, Operator

Row = dict[str, Any]

_DESCRIPTIVE = ("type", "shape", "base")


@dataclass(frozen=True, slots=True)
class Stage:
    """An operator with its columns by port; `run` gives values by port."""

    run: Operator
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    def transform(self, row: Row) -> None:
        """Add the columns that the operator writes."""
        missing = [column for column in self.inputs.values() if column not in row]
        if missing:
            raise ValueError(f"the schema has no column {', '.join(missing)}")
        results = self.run({port: row[column] for port, column in self.inputs.items()})
        for port, column in self.outputs.items():
            if port in results:
                row[column] = results[port]


def read_bundle(folder: Path) -> list[Stage]:
    """The stages of a bundle, in order; KeyError or ValueError where it cannot be read."""
    about = json.loads((folder / "bundle.json").read_text())
    if about.get("format") != "json":
        raise ValueError(f"the bundle's format is {about.get('format')}, not json")
    return _stages(folder / "root")


def _stages(folder: Path) -> list[Stage]:
    model = json.loads((folder / "model.json").read_text())
    attributes = {name: value_of(each) for name, each in (model.get("attributes") or {}).items()}
    if model["op"] == "pipeline":
        return [stage for name in attributes["nodes"] for stage in _stages(folder / f"{name}.node")]
    if model["op"] not in OPERATORS:
        raise ValueError(f"the pipeline has the operator {model['op']}, unknown here")
    shape = json.loads((folder / "node.json").read_text())["shape"]
    inputs, outputs = (
        {each["port"]: each["name"] for each in shape.get(side) or []}
        for side in ("inputs", "outputs")
    )
    return [Stage(OPERATORS[model["op"]](attributes, folder), inputs, outputs)]


def value_of(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the attribute says
    """An attribute's value: a number, word, list, or the flat values of a dense tensor."""
    if "indices" in attribute:
        raise ValueError("a tensor of the bundle is sparse, which is not read here")
    [value] = [each for key, each in attribute.items() if key not in _DESCRIPTIVE]
    return value
