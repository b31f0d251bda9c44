"""JSONPath as DataProcessing has it: children by name, elements by index and slice, all of them.

Source: "Supported JSONPath Operators". The reference calls a slice's end included; those who use
`$[0:-1]` rely on it being excluded, as it is in JsonPath, which the reference names.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_NAME = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PICK = r"-?\d*\s*:\s*-?\d*|-?\d+"
_STEP = re.compile(
    rf"""\.(?P<name>[^\s.*'"\[\]]+)
    |(?:\.|\.?\[\s*)(?P<every>\*)\s*\]?
    |\.?\[\s*(?P<names>(?:{_NAME})(?:\s*,\s*(?:{_NAME}))*)\s*\]
    |\.?\[\s*(?P<picks>(?:{_PICK})(?:\s*,\s*(?:{_PICK}))*)\s*\]""",
    re.VERBOSE,
)
Step = Callable[[Any], list[Any]]


class PathRefused(ValueError):
    """The path cannot be read, or leads nowhere."""


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path; `indexed` when it begins with indices, as one into a row must."""

    steps: Sequence[tuple[Step, bool]]
    indexed: bool

    def select(self, value: Any) -> Any:  # noqa: ANN401  whatever JSON holds
        """What the path leads to; of several, a list. Raises PathRefused where it leads nowhere."""
        found, single = [value], True
        for step, one in self.steps:
            found = [each for held in found for each in _taken(step, held, strict=single)]
            single = single and one
        return found[0] if single else found


def parse(text: str) -> Path:
    """Raises PathRefused."""
    if not text.startswith("$"):
        raise PathRefused(f"{text!r} does not begin with $")
    steps, at, indexed = [], 1, True
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise PathRefused(f"{text!r} cannot be read from {text[at:]!r} on")
        indexed = indexed and (at > 1 or found["picks"] is not None or found["every"] is not None)
        steps.append(_step(found))
        at = found.end()
    return Path(steps, indexed)


def _taken(step: Step, value: Any, *, strict: bool) -> list[Any]:  # noqa: ANN401
    """Where several are looked at, one that has nothing there is left out."""
    try:
        return step(value)
    except PathRefused:
        if strict:
            raise
        return []


def _step(found: re.Match[str]) -> tuple[Step, bool]:
    """A step, and whether it leads to one value only."""
    if found["name"]:
        return _child(found["name"]), True
    if found["every"]:
        return _every, False
    if found["names"]:
        names = [re.sub(r"\\(.)", r"\1", each[1:-1]) for each in re.findall(_NAME, found["names"])]
        return (_child(names[0]) if len(names) == 1 else _children(names)), True
    picks = [each.replace(" ", "") for each in re.findall(_PICK, found["picks"])]
    return _elements(picks), len(picks) == 1 and ":" not in picks[0]


def _child(name: str) -> Step:
    def take(value: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(value, dict) or name not in value:
            raise PathRefused(f"there is no {name!r}")
        return [value[name]]

    return take


def _children(names: Sequence[str]) -> Step:
    """Several at once stay an object."""

    def take(value: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(value, dict):
            raise PathRefused(f"there is no {names[0]!r}")
        return [{name: value[name] for name in names if name in value}]

    return take


def _every(value: Any) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, dict | list):
        raise PathRefused("* needs an object or an array")
    return list(value.values()) if isinstance(value, dict) else value


def _elements(picks: Sequence[str]) -> Step:
    def take(value: Any) -> list[Any]:  # noqa: ANN401
        if not isinstance(value, list):
            raise PathRefused(f"[{picks[0]}] needs an array")
        return [each for pick in picks for each in _picked(value, pick)]

    return take


def _picked(value: list[Any], pick: str) -> Iterator[Any]:
    if ":" in pick:
        start, end = (int(each) if each else None for each in pick.split(":"))
        yield from value[start:end]
        return
    index = int(pick)
    if not -len(value) <= index < len(value):
        raise PathRefused(f"[{index}] is beyond an array of {len(value)}")
    yield value[index]
