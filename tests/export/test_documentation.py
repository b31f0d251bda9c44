"""The page on artifacts says how each kind leaves."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def builder() -> ModuleType:
    path = ROOT / "export" / "build_export_docs.py"
    spec = importlib.util.spec_from_file_location("build_export_docs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_current() -> None:
    page = (ROOT / "docs" / "artifacts.md").read_text("utf-8")
    assert builder().rewrite(page) == page, "run python export/build_export_docs.py"


def test_every_converter_is_described() -> None:
    module = builder()
    assert module.described() == module.converted()
