"""What a script's requirements need of an index, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slipway.artifacts import inspect

Pack = Callable[..., bytes]
MODEL = (
    b"\x80\x02csklearn.svm._classes\nSVC\n)\x81}X\x10\x00\x00\x00_sklearn_versionX\x05\x00\x00\x00"
    b"1.4.2sb."
)
SCRIPT = b"def model_fn(model_dir):\n    return None\n"
OFFLINE = b"--no-index\n--find-links wheels\n"
WHEEL = "code/wheels/Light_GBM-4.6.0-py3-none-any.whl"

CASES: dict[str, tuple[bytes, dict[str, bytes], tuple[str, ...]]] = {
    "nothing": (b"# nothing\n", {}, ()),
    "what the image lacks": (b"light-gbm==4.6.0\n", {}, ("light-gbm==4.6.0",)),
    "what the image holds": (b"numpy\nscikit-learn>=1.2 # any\n", {}, ()),
    "another version of what it holds": (b"numpy==1.0\n", {}, ("numpy==1.0",)),
    "what is vendored": (OFFLINE + b"light-gbm==4.6.0\n", {WHEEL: b"PK\x03\x04"}, ()),
    "a wheel that pip is not told of": (
        b"light-gbm==4.6.0\n",
        {WHEEL: b"PK\x03\x04"},
        ("light-gbm==4.6.0",),
    ),
    "a wheel that is missing": (OFFLINE + b"light-gbm\n", {}, ("light-gbm",)),
    "a path": (b"./own-1.0-py3-none-any.whl\n", {}, ()),
    "a URL": (b"git+https://example.com/x\n", {}, ("git+https://example.com/x",)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_has_to_be_fetched_is_told(case: str, pack: Pack) -> None:
    text, more, wanted = CASES[case]
    files = {"model.joblib": MODEL, "code/inference.py": SCRIPT, "code/requirements.txt": text}
    assert inspect([pack({**files, **more})]).fetched == wanted


def test_requirements_that_are_no_text_want_nothing(pack: Pack) -> None:
    files = {"model.joblib": MODEL, "code/inference.py": SCRIPT}
    assert inspect([pack({**files, "code/requirements.txt": b"PK\x03\x04"})]).fetched == ()


def test_the_default_script_reaches_an_index_itself(pack: Pack) -> None:
    files = {"model.joblib": MODEL, "code/requirements.txt": b"lightgbm==4.6.0\n"}
    assert inspect([pack(files)]).fetched == ()
