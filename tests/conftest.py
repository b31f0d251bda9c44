"""What holds for every test: it has a name of its own, and leaves nothing on the machine."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("slipway", deadline=None)  # a busy machine is no failure
settings.load_profile("slipway")
# What only ours and MiniStack's names begin with: other programs of this machine go on meanwhile.
OURS = ("ministack", "slipway")
LONGEST = 120


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by what its bytes are for, never by the bytes: they may hold a time stamp, and
    two workers would then collect different tests. Nor by a whole document."""
    document = isinstance(val, str) and len(val) > LONGEST
    return argname if document or isinstance(val, bytes | bytearray) else None


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Give the session a temporary folder that goes with it, and MiniStack a place there."""
    if hasattr(config, "workerinput"):
        return (yield)  # a worker has what its controller has
    machine = Path(tempfile.gettempdir())
    before = _ours(machine)
    with _temporary(machine):
        code = yield
    left = _ours(machine) - before
    if left:
        print(f"The tests left {', '.join(sorted(left))} in {machine}.")  # noqa: T201
    return code or (pytest.ExitCode.TESTS_FAILED if left else code)


@contextmanager
def _temporary(machine: Path) -> Iterator[None]:
    """A TMPDIR of our own; pytest's own folders stay where one looks for them after a failure."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="tests-")
        patch.setenv("PYTEST_DEBUG_TEMPROOT", str(machine))
        patch.setenv("TMPDIR", folder)
        patch.setenv("STATE_DIR", f"{folder}/ministack")
        patch.setenv("S3_DATA_DIR", f"{folder}/s3")
        patch.setattr(tempfile, "tempdir", None)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _ours(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name.startswith(OURS)}  # noqa: PTH208
