"""The documentation says what the code does: nothing is missing, links resolve, commands exist."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer
from slipway.domain.desired import Approval
from slipway.manifest import parse
from slipway_cli.example import RECIPES
from slipway_cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """cli/build_docs.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "cli" / "build_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """The code blocks of a language, with the page that each is on."""
    for page in PAGES:
        for found, text in FENCE.findall(page.read_text()):
            if found == language:
                yield str(page.relative_to(ROOT)), text


def commands() -> list[str]:
    """The names of all commands."""
    names: list[str] = typer.main.get_command(app).list_commands(None)  # type: ignore[attr-defined]
    return names


def test_the_generated_blocks_are_current(builder: ModuleType) -> None:
    for name in builder.PAGES:
        page = (ROOT / name).read_text()
        assert builder.BLOCK.search(page), name
        assert builder.rewrite(page) == page, f"{name}: run `make docs`"


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    for name in commands():
        assert f"`slipway {name} " in page or f"`slipway {name}`" in page, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if not link.startswith(("https://", "#")):
            assert (page.parent / link.partition("#")[0]).exists(), link


def test_commands_in_code_blocks_exist() -> None:
    known = commands()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    seen = set()
    for page, text in blocks("console"):
        for line in text.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            match words:
                case ["make", target, *_]:
                    assert target in targets, f"{page}: {line}"
                    seen.add("make")
                case [program, command, *_] if program.rpartition("/")[2] == "slipway":
                    assert command in known, f"{page}: {line}"
                    seen.add("slipway")
    assert seen == {"make", "slipway"}


def test_manifests_in_code_blocks_are_valid() -> None:
    manifests = list(blocks("yaml"))
    assert len(manifests) > 2
    for page, text in manifests:
        assert parse(text.encode(), Approval.AUTOMATIC), page


def test_every_example_has_a_valid_manifest_and_what_it_packs() -> None:
    for name, recipe in RECIPES.items():
        manifest = (recipe.folder / "slipway.yaml").read_bytes()
        assert parse(manifest, Approval.AUTOMATIC).probes, name
        assert recipe.script.is_file()
        assert (recipe.folder / "code").is_dir() or not recipe.code
        assert f"[{name}]" in (ROOT / "docs" / "your-model.md").read_text()


def test_the_example_s_manifest_is_valid_and_its_request_is_its_probe() -> None:
    example = ROOT / "examples" / "housing"
    policy = parse((example / "slipway.yaml").read_bytes(), Approval.AUTOMATIC)
    (probe,) = policy.probes
    assert (example / "request.csv").read_text() == probe.body


def test_every_alarm_and_every_output_of_the_template_is_documented(builder: ModuleType) -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    template = builder.template()
    alarms = [n for n, r in template["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"]
    queues = [name for name in template["Outputs"] if name.endswith("DeadLettersUrl")]
    assert len(alarms) > 3
    assert len(queues) > 2
    for name in (*alarms, *queues, "TopicArn", "ModelRoleArn"):
        assert f"`{name}`" in page, name


def test_every_target_of_the_makefile_that_people_use_is_explained() -> None:
    rules = re.findall(
        r"^(\w+):[^=\n]*?(?:## (.*))?$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    explained = {name for name, what in rules if what}
    assert explained >= {
        "demo",
        "test",
        "up",
        "down",
        "lint",
        "simulate",
        "checkov",
        "lock",
        "bench",
    }
