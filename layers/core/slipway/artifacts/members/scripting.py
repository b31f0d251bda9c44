"""The code that an artifact brings: which functions it defines, and whether Python can read it."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.archives.reader import Reader

ENTRY_POINT: Final = "code/inference.py"
_SCOPES: Final = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_HELD: Final = 256 * KIB
_HOOKS: Final = frozenset(
    {
        *("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn"),
        *("handler", "input_handler", "output_handler"),
    }
)
_FILE: Final = re.compile(
    rb"[\"'/]([\w.-]+\.(?:joblib|pkl|pickle|sav|pt|pth|h5|keras|onnx|cbm|bst|ubj|safetensors))[\"']"
)
_NAMED: Final = 20
_DEFINED: Final = 500
EVERY: Final = "*"  # a name that `from module import *` may have brought


def look_script(name: str, _head: bytes, reader: Reader) -> Clue:
    """Which of the containers' hooks a script defines; a finding where no Python can read it."""
    source = reader.peek(_HELD + 1)
    if len(source) > _HELD:
        return Clue(name, "python", details={"hooks": [EVERY]})
    try:
        tree = _parsed(source)
    except SyntaxError as error:
        finding = _unreadable(name, error)
        return Clue(name, "python", details={"hooks": [EVERY]}, findings=(finding,))
    details: dict[str, object] = {"hooks": sorted(_names(tree) & {*_HOOKS, EVERY})}
    return Clue(name, "python", details=details | _places(source) | {"defines": _defined(tree)})


def hooks_of(source: bytes) -> frozenset[str]:
    """The containers' hooks that a script defines, or speaks of where it cannot be read."""
    try:
        return frozenset(_names(_parsed(source)) & _HOOKS)
    except SyntaxError:
        return frozenset(hook for hook in _HOOKS if hook.encode() in source)


def _defined(tree: ast.AST) -> list[str]:
    """The classes and functions of the module itself, which are what pickles may know it by."""
    kinds = (ast.ClassDef, ast.FunctionDef)
    found = [each.name for each in _statements(tree) if isinstance(each, kinds)]
    return found[:_DEFINED]


def _places(source: bytes) -> dict[str, object]:
    """Which model files it names, and whether it may look beside itself, in code/, for them."""
    beside = {"own_folder": True} if re.search(rb"__file__|\bcode\b", source) else {}
    named = sorted({match[1].decode() for match in _FILE.finditer(source)})
    return beside | ({"files": named[:_NAMED]} if named else {})


def _parsed(source: bytes) -> ast.AST:
    """The module, not run; SyntaxError where it could not be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the script's author should mend
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or type(error).__name__) from error


def _names(tree: ast.AST) -> set[str]:
    """What is bound when the module has run."""
    return {name for statement in _statements(tree) for name in _bound(statement)}


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements of the module itself, also those under if, try, with and loops."""
    waiting = [*ast.iter_child_nodes(tree)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (each.asname or each.name for each in names)
        case ast.Name(id=name, ctx=ast.Store()):
            yield name


def _unreadable(name: str, error: SyntaxError) -> Finding:
    where = f" in line {error.lineno}" if error.lineno else ""
    version = ".".join(map(str, sys.version_info[:2]))
    return Finding(
        "refuse" if name == ENTRY_POINT else "warn",
        "script-syntax",
        name,
        f"Python {version} cannot read it: {error.msg}{where}.",
        f"mend it until `python -m py_compile {name}` is silent",
    )
