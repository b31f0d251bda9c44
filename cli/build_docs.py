"""Write the parts of the documentation that the code knows best: keys, commands, parameters.

python cli/build_docs.py
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml
from slipway.artifacts.images import Image, families, images_of
from slipway.manifest import schema
from slipway_cli.main import app
from slipway_local.ecs import service, wire
from slipway_local.images.registry import UnknownImage, family_of
from slipway_local.sagemaker.members import walk
from slipway_local.sagemaker.service import operations
from slipway_local.sagemaker.wire import service_model

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/manifest.md",
    "docs/commands.md",
    "docs/operating.md",
    "docs/embedded-ecs.md",
    "docs/embedded-sagemaker.md",
    "docs/artifacts.md",
)
BLOCK = re.compile(
    r"<!-- (alarms|commands|keys|members|options|parameters|served|tasks) -->\n.*?<!-- end -->",
    re.DOTALL,
)

Document = Mapping[str, Any]


class Template(yaml.SafeLoader):
    """Reads template.yaml without minding what !Ref and its like mean."""


Template.add_multi_constructor("!", lambda _loader, _name, _node: "")


def template() -> Document:
    """The template as data."""
    text = (ROOT / "template.yaml").read_text()
    document: Document = yaml.load(text, Loader=Template)  # noqa: S506 # nosec B506
    return document


def table(headers: str, rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    names = headers.split(", ")
    lines = [names, ["---"] * len(names), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def manifest_table() -> str:
    """Every key of slipway.yaml."""
    document = schema()
    # What several forms of a key have in common is said once.
    rows = dict.fromkeys(keys(document, document, ""))
    return table("key, value, default, what it says", iter(rows))


def keys(document: Document, model: Document, prefix: str) -> Iterator[tuple[str, ...]]:
    """The keys of a part of the manifest's schema, those of its parts after them."""
    for name, field in model["properties"].items():
        kind = resolved(document, field)
        path = f"{prefix}{name}"
        if "oneOf" in field:
            for option in field["oneOf"]:
                yield from _option(document, field, resolved(document, option), path)
            continue
        if "properties" in kind:
            yield from keys(document, kind, f"{path}.")
            continue
        (of_each,) = kind.get("patternProperties", {"": {}}).values()
        of_each = resolved(document, of_each)
        if "properties" in of_each:
            yield f"`{path}`", "by name", "`{}`", field.get("description", "")
            yield from keys(document, of_each, f"{path}.NAME.")
            continue
        items = resolved(document, kind.get("items", {}))
        if "properties" in items:
            yield f"`{path}`", "list", "`[]`", field.get("description", "")
            yield from keys(document, items, f"{path}[].")
            continue
        required = name in model.get("required", [])
        default = "required" if required else shown(field.get("default"))
        yield f"`{path}`", values(kind), default, field.get("description", "")


def _option(
    document: Document, field: Document, kind: Document, path: str
) -> Iterator[tuple[str, ...]]:
    """One of several forms that a key may have: a word, or keys of its own."""
    if "properties" in kind:
        yield from keys(document, kind, f"{path}.")
    else:
        yield f"`{path}`", values(kind), shown(field.get("default")), field["description"]


def resolved(document: Document, field: Document) -> Document:
    """A field's type: what it refers to, and what it is when it is not null."""
    options = [option for option in field.get("anyOf", []) if option.get("type") != "null"]
    if options:
        return resolved(document, options[0])
    if "$ref" in field:
        found: Document = document["$defs"][field["$ref"].rpartition("/")[2]]
        return found
    return field


def values(kind: Document) -> str:
    """What a key may hold, in a few words."""
    if "const" in kind or "enum" in kind:
        return ", ".join(f"`{value}`" for value in kind.get("enum", [kind.get("const")]))
    if kind.get("type") == "integer":
        low, high = kind.get("minimum"), kind.get("maximum")
        return f"integer, {low} to {high}" if high is not None else f"integer, at least {low}"
    if kind.get("type") == "array":
        texts = kind.get("items", {}).get("type") == "string"
        return "two numbers" if "prefixItems" in kind else "texts" if texts else "numbers"
    if "exclusiveMinimum" in kind:
        high = f", at most {kind['maximum']:g}" if "maximum" in kind else ""
        return f"number above {kind['exclusiveMinimum']:g}{high}"
    if kind.get("type") == "number":
        low, high = kind.get("minimum"), kind.get("maximum")
        return f"number, {low:g} to {high:g}" if high is not None else f"number, at least {low:g}"
    words = {"object": "names and texts", "string": "text", "boolean": "`true`, `false`"}
    return words[kind["type"]]


def shown(default: object) -> str:
    """A default as YAML spells it."""
    if default in (None, ""):
        return ""
    return f"`{default}`" if isinstance(default, str) else f"`{str(default).lower()}`"


def commands_table() -> str:
    """Every command with its arguments and options."""
    return table("command, what it does", commands("slipway", typer.main.get_command(app)))


def commands(path: str, command: Any) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - click's own
    """A command, or those of a group."""
    if not hasattr(command, "commands"):
        yield f"`{' '.join((path, *parameters(command)))}`", first_sentence(command.help)
        return
    for name in sorted(command.list_commands(None)):
        yield from commands(f"{path} {name}", command.get_command(None, name))


def parameters(command: Any) -> Iterator[str]:  # noqa: ANN401
    """How each parameter of a command is typed."""
    for each in command.params:
        if each.param_type_name == "argument":
            name = each.name.upper()
            yield name if each.required else f"[{name}]"
        elif each.name != "help":
            names = "/".join((*each.opts[:1], *each.secondary_opts[:1]))
            yield f"[{names}]" if not each.required else names


def options_table() -> str:
    """The options that stand before a command's name."""
    found = (each for each in typer.main.get_command(app).params if hasattr(each, "help"))
    return table(
        "option, what it says", ((f"`{'`, `'.join(o.opts)}`", o.help or "") for o in found)
    )


def first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def parameters_table() -> str:
    """Every parameter of the template."""
    rows = template()["Parameters"].items()
    found = ((f"`{name}`", shown(p["Default"]), p["Description"]) for name, p in rows)
    return table("parameter, default, what it says", found)


def alarms_table() -> str:
    """Every alarm of the template."""
    found = (
        (f"`{name}`", resource["Properties"]["AlarmDescription"])
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    )
    return table("alarm, what happened", found)


def members_table() -> str:
    """What the embedded SageMaker does with every member that a client may send."""
    rows = (
        (f"`{operation}`", f"`{path}`", fate)
        for api, names in operations().items()
        for operation in names
        for path, fate in walk(service_model(api).operation_model(operation).input_shape)
    )
    return table("operation, member, here it is", rows)


def tasks_table() -> str:
    """What the embedded ECS does with every member that a client may send."""
    model = service_model(wire.SERVICE)
    rows = (
        (f"`{operation}`", f"`{path}`", fate)
        for operation in service.operations()
        for path, fate in walk(model.operation_model(operation).input_shape, package=wire.HERE)
    )
    return table("operation, member, here it is", rows)


def served_table() -> str:
    """Every family of images that the inspector chooses from, and what stands for it here."""
    rows = (
        (f"`{repository}`", ", ".join(served), ", ".join(sorted(holds)), ", ".join(missing))
        for family in families()
        for repository, served, holds, missing in _here(images_of(family))
    )
    return table("image, served here, by, on AWS alone", rows)


def _here(images: Sequence[Image]) -> Iterator[tuple[str, list[str], set[str], list[str]]]:
    """For each repository of a family: the versions that are served here, by which packages, and
    those that are not."""
    for repository in dict.fromkeys(image.repository for image in images):
        served: list[str] = []
        missing: list[str] = []
        holds: set[str] = set()
        for image in (each for each in images if each.repository == repository):
            version = f"{image.version} on {image.base}" if image.base else image.version
            try:
                family = family_of(f"{repository}:{next(iter(image.tags.values()))}")
            except UnknownImage:
                missing.append(version)
            else:
                served.append(version)
                holds |= {package.partition("==")[0] for package in family.packages}
        yield repository, [*dict.fromkeys(served)], holds, [*dict.fromkeys(missing)]


BLOCKS: Mapping[str, Callable[[], str]] = {
    "alarms": alarms_table,
    "commands": commands_table,
    "keys": manifest_table,
    "members": members_table,
    "options": options_table,
    "parameters": parameters_table,
    "served": served_table,
    "tasks": tasks_table,
}


def rewrite(page: str) -> str:
    """A page with its generated blocks made anew."""
    return BLOCK.sub(lambda found: f"<!-- {found[1]} -->\n{BLOCKS[found[1]]()}\n<!-- end -->", page)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


if __name__ == "__main__":
    for name in PAGES:
        path = ROOT / name
        path.write_text(rewrite(path.read_text()))
