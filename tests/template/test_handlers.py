"""A handler is four sentences: decorate, read, call one function, answer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FUNCTIONS = sorted(Path(__file__).parents[2].glob("functions/*/app.py"))
OURS = {
    "checking",
    "documents",
    "events",
    "ingesting",
    "leaving",
    "nudging",
    "registering",
    "release",
    "remedying",
    "rolling",
    "running",
    "scaling",
    "tasking",
    "telemetry",
    "watching",
    "wiring",
}
SENTENCES = 4


@pytest.fixture(params=FUNCTIONS, ids=lambda path: path.parent.name)
def tree(request: pytest.FixtureRequest) -> ast.Module:
    path: Path = request.param
    return ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "slipway":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slipway."):
            yield str(node.module).removeprefix("slipway.")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_a_handler_reaches_the_core_by_its_doors_alone(tree: ast.Module) -> None:
    assert set(imported(tree)) <= OURS


def test_a_handler_is_a_few_sentences_and_observed(tree: ast.Module) -> None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == ["handler"]
    (handler,) = functions
    assert [ast.unparse(decorator) for decorator in handler.decorator_list] == ["observed"]
    docstring, *sentences = handler.body
    assert ast.get_docstring(handler), docstring
    assert 1 <= len(sentences) <= SENTENCES


def test_nothing_happens_when_a_function_is_imported(tree: ast.Module) -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    assert [ast.unparse(node) for node in tree.body[1:] if not isinstance(node, allowed)] == []
