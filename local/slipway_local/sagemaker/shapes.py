"""Checks a request's values against botocore's shapes and words what is wrong as AWS does.

Each shape is compiled once into a function. Values arrive as JSON decoded them (or, for the
runtime, as header strings and body bytes) and leave as the operations read them: timestamps are
epoch seconds, members that no shape names are dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex  # type: ignore[import-untyped]  # the package ships no types
from botocore.model import ListShape, MapShape, Shape, StructureShape

from slipway_local.sagemaker import members
from slipway_local.sagemaker.errors import Refusal, malformed

Problems = list[str]
Value = Any  # whatever JSON or an HTTP header carried
Check = Callable[[Value, str, Problems], Value]

# Java writes a supplementary range as surrogate pairs.
_SURROGATES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
_LARGEST = 1e300
_ABSENT: Sequence[Any] = (False, [], {})
_NUMBERS = ("integer", "long", "float", "double")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "blob": (str, bytes),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule of a shape and AWS's words for it."""

    text: str
    holds: Callable[[Any], bool]


class Shapes:
    """Compiled checks, one per shape of a service model; `package` lists its members' fates.

    With `lenient`, what is refused may be said to be absent: false, or empty.
    """

    def __init__(
        self, package: str = members.HERE, service: str = "SageMaker", *, lenient: bool = False
    ) -> None:
        self._checks: dict[str, Check] = {}
        self._package = package
        self._refuse = _refusing(service, lenient=lenient)

    def check(
        self, shape: StructureShape | None, params: Mapping[str, Any], code: str
    ) -> dict[str, Any]:
        """Return `params` as the operations read them.

        Raises Refusal: SerializationException when a value has the wrong type, `code` with one
        line for all broken constraints otherwise.
        """
        if shape is None:
            return {}
        problems: Problems = []
        checked: dict[str, Any] = self._compiled(shape)(params, "", problems)
        if problems:
            raise broken(problems, code)
        return checked

    def _compiled(self, shape: Shape) -> Check:
        check = self._checks.get(shape.name)
        if check is None:
            # A shape may contain itself: whoever asks meanwhile gets a late-bound check.
            self._checks[shape.name] = lambda *args: self._checks[shape.name](*args)
            check = self._checks[shape.name] = self._compile(shape)
        return check

    def _compile(self, shape: Shape) -> Check:
        if isinstance(shape, StructureShape):
            return self._structure(shape)
        if isinstance(shape, ListShape):
            return self._list(shape)
        if isinstance(shape, MapShape):
            return self._map(shape)
        return _scalar(shape)

    def _structure(self, shape: StructureShape) -> Check:
        fates = members.fates(shape.name, self._package)
        checks = {
            name: self._compiled(member) if fates.get(name) != members.REFUSED else self._refuse
            for name, member in shape.members.items()
        }
        required = tuple(shape.required_members)

        def check(value: Value, path: str, problems: Problems) -> Value:
            _typed(shape, value, path)
            prefix = f"{path}." if path else ""
            for name in required:
                if value.get(name) is None:
                    problems.append(_null(prefix + _camel(name)))
            return {
                name: checks[name](item, prefix + _camel(name), problems)
                for name, item in value.items()
                if item is not None and name in checks
            }

        return check

    def _list(self, shape: ListShape) -> Check:
        if _is_scalar(shape.member):
            return _scalar_list(shape)
        constraints = constraints_of(shape)
        member = self._compiled(shape.member)

        def check(value: Value, path: str, problems: Problems) -> Value:
            _typed(shape, value, path)
            problems.extend(_violations(constraints, shape, value, path))
            return [
                member(item, f"{path}.{number}.member", problems)
                for number, item in enumerate(value, start=1)
            ]

        return check

    def _map(self, shape: MapShape) -> Check:
        constraints = constraints_of(shape)
        keys = constraints_of(shape.key)
        values = self._compiled(shape.value)

        def check(value: Value, path: str, problems: Problems) -> Value:
            _typed(shape, value, path)
            problems.extend(_violations(constraints, shape, value, path))
            if any(_broken_by(keys, key) for key in value):
                problems.append(_problem(shape, value, path, _nested("Map keys", keys)))
            return {
                key: values(item, f"{path}.{key}.member", problems) for key, item in value.items()
            }

        return check


def broken(problems: Sequence[str], code: str) -> Refusal:
    """One answer for all that is wrong."""
    noun = "error" if len(problems) == 1 else "errors"
    return Refusal(code, f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")


def _pattern_of(shape: Shape) -> Value:
    """The shape's compiled regular expression (Java's dialect), or None."""
    text = shape.metadata.get("pattern")
    return regex.compile(text.replace(*_SURROGATES)) if text else None


def _broken_by(constraints: Sequence[Constraint], value: Value) -> list[str]:
    return [constraint.text for constraint in constraints if not constraint.holds(value)]


def _refusing(service: str, *, lenient: bool) -> Check:
    def refuse(value: Value, path: str, problems: Problems) -> Value:
        if lenient and value in _ABSENT:
            return value
        name = path.rpartition(".")[2]
        problems.append(
            f"Value at '{path}' failed to satisfy constraint: {name[:1].upper()}{name[1:]} is not "
            f"executed by the embedded {service}, so it is refused here"
        )
        return value

    return refuse


def _scalar(shape: Shape) -> Check:
    constraints = constraints_of(shape)

    def check(value: Value, path: str, problems: Problems) -> Value:
        _typed(shape, value, path)
        for constraint in constraints:
            if not constraint.holds(value):
                problems.append(_problem(shape, value, path, constraint.text))
        return value

    return check


def _scalar_list(shape: ListShape) -> Check:
    """AWS names the list, not the element, when an element of a plain list is wrong."""
    constraints = constraints_of(shape)
    members = constraints_of(shape.member)

    def check(value: Value, path: str, problems: Problems) -> Value:
        _typed(shape, value, path)
        problems.extend(_violations(constraints, shape, value, path))
        for item in value:
            _typed(shape.member, item, path)
        if any(_broken_by(members, item) for item in value):
            problems.append(_problem(shape, value, path, _nested("Member", members)))
        return value

    return check


def _is_scalar(shape: Shape) -> bool:
    return not isinstance(shape, StructureShape | ListShape | MapShape)


def _typed(shape: Shape, value: Value, path: str) -> None:
    expected = _TYPES[shape.type_name]
    wrong = not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)
    if wrong:
        raise malformed(
            f"{path or 'the request'} must be a {shape.type_name}, not {type(value).__name__}"
        )
    if isinstance(value, int | float) and not -_LARGEST < value < _LARGEST:
        raise malformed(f"{path} must be a finite number")


def constraints_of(shape: Shape) -> list[Constraint]:
    """What the shape demands, in the order AWS lists it."""
    return [*_bounds(shape), *_pattern(shape), *_choices(shape)]


def _bounds(shape: Shape) -> list[Constraint]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    noun = "value" if shape.type_name in _NUMBERS else "length"
    measure: Callable[[Value], float] = _itself if shape.type_name in _NUMBERS else len
    found = []
    if high is not None:
        text = f"Member must have {noun} less than or equal to {high}"
        found.append(Constraint(text, lambda value: measure(value) <= high))
    if low:
        text = f"Member must have {noun} greater than or equal to {low}"
        found.append(Constraint(text, lambda value: measure(value) >= low))
    return found


def _itself(value: Value) -> float:
    number: float = value
    return number


def _pattern(shape: Shape) -> list[Constraint]:
    pattern = _pattern_of(shape)
    if pattern is None:
        return []
    text = f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
    return [Constraint(text, lambda value: pattern.fullmatch(value) is not None)]


def _choices(shape: Shape) -> list[Constraint]:
    choices = shape.metadata.get("enum")
    if not choices:
        return []
    text = f"Member must satisfy enum value set: [{', '.join(choices)}]"
    return [Constraint(text, frozenset(choices).__contains__)]


def _violations(
    constraints: Sequence[Constraint], shape: Shape, value: Value, path: str
) -> list[str]:
    return [_problem(shape, value, path, text) for text in _broken_by(constraints, value)]


def _nested(who: str, constraints: Sequence[Constraint]) -> str:
    texts = ", ".join(constraint.text for constraint in constraints)
    return f"{who} must satisfy constraint: [{texts}]"


def _problem(shape: Shape, value: Value, path: str, text: str) -> str:
    shown = "" if shape.metadata.get("sensitive") else f" '{_shown(value)}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {text}"


def _shown(value: Value) -> str:
    """A value as Java's toString writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return str(value)


def _null(path: str) -> str:
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
