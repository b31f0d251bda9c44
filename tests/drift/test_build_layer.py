"""What the layer drops is not missed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[2] / "layers" / "drift" / "build_layer.py"
LOAD = """
import importlib.util, sys
import numpy
spec = importlib.util.spec_from_file_location("numpy.linalg._umath_linalg", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(sorted(vars(module))[-1])
"""


@pytest.fixture(scope="module")
def build_layer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_layer", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_stripped_library_still_loads(build_layer: ModuleType, tmp_path: Path) -> None:
    """A copy in a folder of the same depth, so that it finds the libraries it links to."""
    linalg = Path(np.linalg.__file__).parent
    (original,) = linalg.glob("_umath_linalg*.so")
    copy = tmp_path / "numpy" / "linalg" / original.name
    copy.parent.mkdir(parents=True)
    shutil.copy(original, copy)
    shutil.copytree(linalg.parents[1] / "numpy.libs", tmp_path / "numpy.libs")
    for library in [copy, *(tmp_path / "numpy.libs").iterdir()]:
        before = library.stat().st_size
        build_layer.strip(library)
        assert library.stat().st_size < before
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", LOAD, copy], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_no_library_is_left_as_it_is(build_layer: ModuleType, tmp_path: Path) -> None:
    text = tmp_path / "linker-script.so"
    text.write_bytes(b"INPUT(libm.so.6)")
    build_layer.strip(text)
    assert text.read_bytes() == b"INPUT(libm.so.6)"
