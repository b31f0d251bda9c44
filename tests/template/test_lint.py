"""The template passes cfn-lint without a word, its informational rules included."""

from pathlib import Path

from cfnlint.api import lint_file  # type: ignore[import-untyped] # it has no types


def test_cfn_lint_finds_nothing(repository: Path) -> None:
    assert [str(match) for match in lint_file(repository / "template.yaml")] == []
