"""What becomes of a request's members: executed, recorded, or refused by name.

A recorded member is kept and described as it was given; here it has no effect that a client could
see. One that would have an effect, which this service does not have, is refused.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from botocore.model import ListShape, MapShape, Shape, StructureShape

EXECUTED, RECORDED, REFUSED = FATES = ("executed", "recorded", "refused")

Row = tuple[str, str]  # a member's path, `ProductionVariants[].ModelName`, and its fate


@cache
def fates(structure: str) -> Mapping[str, str]:
    """The fate of each member of a structure; empty where it is its holder's."""
    listed = _document().get(structure, {})
    return {member: fate for fate in FATES for member in listed.get(fate, "").split()}


@cache
def structures() -> frozenset[str]:
    """The names of all structures that are listed."""
    return frozenset(_document())


def walk(shape: Shape | None, path: str = "") -> Iterator[Row]:
    """Every member below a shape, down to where one fate is all members'. Raises KeyError for a
    member of a listed structure that is not listed."""
    if isinstance(shape, ListShape):
        yield from walk(shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        yield from walk(shape.value, f"{path}{{}}")
    elif isinstance(shape, StructureShape) and shape.name in structures():
        for name, member in shape.members.items():
            fate = fates(shape.name)[name]
            place = f"{path}.{name}" if path else name
            yield place, fate
            if fate == EXECUTED:
                yield from walk(member, place)


@cache
def _document() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("members.toml").read_text()
    document: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return document
