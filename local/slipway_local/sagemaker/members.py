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
HERE = "slipway_local.sagemaker"

Row = tuple[str, str]  # a member's path, `ProductionVariants[].ModelName`, and its fate


@cache
def fates(structure: str, package: str = HERE) -> Mapping[str, str]:
    """The fate of each member of a structure; empty where it is its holder's. `package` is whose
    service it is."""
    listed = _document(package).get(structure, {})
    return {member: fate for fate in FATES for member in listed.get(fate, "").split()}


@cache
def structures(package: str = HERE) -> frozenset[str]:
    """The names of all structures that are listed."""
    return frozenset(_document(package))


def walk(shape: Shape | None, path: str = "", package: str = HERE) -> Iterator[Row]:
    """Every member below a shape, down to where one fate is all members'. Raises KeyError for a
    member of a listed structure that is not listed."""
    if isinstance(shape, ListShape):
        yield from walk(shape.member, f"{path}[]", package)
    elif isinstance(shape, MapShape):
        yield from walk(shape.value, f"{path}{{}}", package)
    elif isinstance(shape, StructureShape) and shape.name in structures(package):
        for name, member in shape.members.items():
            fate = fates(shape.name, package)[name]
            place = f"{path}.{name}" if path else name
            yield place, fate
            if fate == EXECUTED:
                yield from walk(member, place, package)


@cache
def _document(package: str = HERE) -> Mapping[str, Mapping[str, str]]:
    text = files(package).joinpath("members.toml").read_text()
    document: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return document
