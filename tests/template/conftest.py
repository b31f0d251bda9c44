"""The template and the state machine as data, and events matched as EventBridge matches them.

Source: "Amazon EventBridge event patterns" and "Comparison operators", EventBridge user guide.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
Document = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML in which `!Ref Bucket` is `{"Ref": "Bucket"}`."""


def _intrinsic(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def template() -> Document:
    text = (REPOSITORY / "template.yaml").read_text()
    document: Document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with CFN's tags
    return document


@pytest.fixture(scope="session")
def resources(template: Document) -> Callable[[str], dict[str, Document]]:
    """The properties of each resource of a type, by logical id."""

    def of(kind: str) -> dict[str, Document]:
        found = template["Resources"].items()
        return {name: r.get("Properties", {}) for name, r in found if r["Type"] == kind}

    return of


@pytest.fixture(scope="session")
def functions(resources: Callable[[str], dict[str, Document]]) -> dict[str, Document]:
    return resources("AWS::Serverless::Function")


@pytest.fixture(scope="session")
def machine() -> Document:
    document: Document = json.loads((REPOSITORY / "statemachines/release.asl.json").read_text())
    return document


@pytest.fixture(scope="session")
def checks() -> Document:
    """The state machine that checks a window."""
    document: Document = json.loads((REPOSITORY / "statemachines/check.asl.json").read_text())
    return document


@pytest.fixture(scope="session")
def statements(template: Document, functions: dict[str, Document]) -> dict[str, list[Document]]:
    """What each function may do, out of its own policies and those it shares."""

    def of(policy: Document) -> Iterator[Document]:
        shared = template["Resources"].get(policy.get("Ref"))
        yield from (shared["Properties"]["PolicyDocument"] if shared else policy)["Statement"]

    return {
        name: [s for policy in properties["Policies"] for s in of(policy)]
        for name, properties in functions.items()
    }


@pytest.fixture(scope="session")
def matches() -> Callable[[Document, Document], bool]:
    return _matches


def _matches(pattern: Document, event: Document) -> bool:
    return all(
        any(_matches(choice, event) for choice in wanted)
        if name == "$or"
        else _field_matches(wanted, event.get(name))
        for name, wanted in pattern.items()
    )


def _field_matches(wanted: Any, found: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and _matches(wanted, found)
    values = found if isinstance(found, list) else [found]
    return any(_value_matches(choice, value) for choice in wanted for value in values)


def _value_matches(wanted: Any, value: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(wanted, Mapping):
        return bool(wanted == value)
    ((operator, operand),) = wanted.items()
    if not isinstance(value, str):
        return False
    if operator == "prefix":
        return value.startswith(operand)
    if operator == "wildcard":
        return re.fullmatch(".*".join(map(re.escape, operand.split("*"))), value) is not None
    raise AssertionError(f"the template uses {operator}, which is not known here")
