"""One line for a person."""

from pathlib import Path

import pytest
from slipway_local.images.slipway_container.failures import ContainerMisconfigured, describe


def _raised_by(code: str, file: Path) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each caller has its own
        exec(compile(code, file, "exec"), {})  # noqa: S102 - the code above
    return caught.value


def test_the_last_line_of_the_users_own_code_is_named(tmp_path: Path) -> None:
    code = "import json\ndef model_fn():\n    json.loads('{')\nmodel_fn()\n"
    text = describe(_raised_by(code, tmp_path / "code/inference.py"), tmp_path / "code")
    assert text.startswith("json.decoder.JSONDecodeError: Expecting property name")
    assert text.endswith("(model_fn in code/inference.py line 3)")


def test_others_code_is_not_named(tmp_path: Path) -> None:
    error = _raised_by("1 / 0", tmp_path / "codes.py")
    assert describe(error, tmp_path / "code") == "ZeroDivisionError: division by zero"


def test_a_remedy_stands_alone(tmp_path: Path) -> None:
    assert describe(ContainerMisconfigured("set\nX"), tmp_path) == "set X"


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    assert len(describe(ValueError("x" * 10_000), tmp_path)) < 700
