"""The page on artifacts says what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from slipway.artifacts.kinds import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "artifacts.md"
CODE = ROOT / "layers" / "core" / "slipway" / "artifacts"


def test_the_generated_tables_are_current() -> None:
    path = ROOT / "layers" / "core" / "build_artifact_docs.py"
    spec = importlib.util.spec_from_file_location("build_artifact_docs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = PAGE.read_text("utf-8")
    assert module.rewrite(page) == page, "run python layers/core/build_artifact_docs.py"


def test_every_rule_of_a_finding_is_on_the_page() -> None:
    rules = set()
    for source in CODE.glob("*.py"):
        text = source.read_text("utf-8")
        rules |= set(re.findall(r'"(?:refuse|warn|note)",\s*"([a-z-]+)"', text))
        rules |= set(re.findall(r'damaged\(\w+(?:\.\w+)?, "([a-z-]+)"', text))
    page = PAGE.read_text("utf-8")
    assert len(rules) > 15
    assert {rule for rule in rules if rule not in page} == set()


def test_every_kind_that_the_readers_name_is_in_the_table() -> None:
    known = {kind.name for kind in KINDS}
    assert len(known) == len(KINDS)
    assert known >= {"sklearn", "xgboost", "tensorflow", "huggingface", "linear-learner", "unknown"}
