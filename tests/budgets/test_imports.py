"""What a cold start costs: CPU to import a function, with its layers alone on the path."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped] # it has no types

Run = Callable[..., str]
Document = Mapping[str, Any]

pytestmark = pytest.mark.xdist_group("layer")

FUNCTIONS = sorted(
    path.parent.name for path in Path(__file__).parents[2].glob("functions/*/app.py")
)
WITH_BOTO3_MS = 400
WITHOUT_BOTO3_MS = 240
# A busy machine only ever adds to CPU time, so the first measurement within the budget counts.
MEASUREMENTS = 25
TIMED = """
import time
started = time.process_time()
import {modules}
print((time.process_time() - started) * 1000)
"""
FOUND = """
import sys
import {modules}
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(*(file for file in files if file), sep="\\n")
"""


@pytest.fixture(scope="module")
def template(repository: Path) -> Document:
    document: Document = cfn_yaml.load(str(repository / "template.yaml"))
    return document


def measured(run: Run, modules: str, *folders: Path) -> Iterator[float]:
    return (float(run(TIMED.format(modules=modules), *folders)) for _ in range(MEASUREMENTS))


def assert_within(budget: float, measurements: Iterator[float]) -> None:
    seen = []
    for milliseconds in measurements:
        seen.append(milliseconds)
        if milliseconds <= budget:
            return
    pytest.fail(f"{min(seen):.0f} ms of CPU at best; the budget is {budget} ms")


@pytest.fixture
def layers(engine: Path, template: Document) -> Callable[[str], list[Path]]:
    """The folders of the layers that a function has besides the core."""

    def of(name: str) -> list[Path]:
        noun = "".join(word.capitalize() for word in name.split("_"))
        properties = template["Resources"][f"{noun}Function"]["Properties"]
        return [engine for layer in properties.get("Layers", []) if layer == {"Ref": "DriftLayer"}]

    return of


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_imported_within_its_budget(
    name: str, repository: Path, run: Run, layers: Callable[[str], list[Path]]
) -> None:
    folder = repository / "functions" / name
    assert_within(WITH_BOTO3_MS, measured(run, "app", folder, *layers(name)))


def test_the_core_is_imported_within_its_budget(run: Run) -> None:
    modules = "slipway.release, slipway.nudging, slipway.documents, slipway.events"
    assert_within(WITHOUT_BOTO3_MS, measured(run, modules))


def test_the_core_is_imported_without_boto3(run: Run) -> None:
    found = run(FOUND.format(modules="slipway.release, slipway.documents, slipway.events"))
    assert "slipway/release.py" in found
    assert "/boto3/" not in found
    assert "/botocore/client.py" not in found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_finds_everything_in_its_layers(
    name: str, repository: Path, layer: Path, run: Run, layers: Callable[[str], list[Path]]
) -> None:
    folder = repository / "functions" / name
    found = run(FOUND.format(modules="app"), folder, *layers(name)).split()
    assert str(folder / "app.py") in found
    assert [path for path in found if "site-packages" in path] == []
    heavy = ("/sagemaker/", "/numpy/", "/pandas/", "/aws_xray_sdk/")
    assert [path for path in found if any(part in path for part in heavy)] == []
    assert f"{layer}/boto3/__init__.py" in found
