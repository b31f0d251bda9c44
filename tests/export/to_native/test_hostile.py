"""Files that lie: cut short, changed anywhere, of any claimed size. All end in a refusal, soon."""

import struct
import time
import tracemalloc
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_export.exporting import export
from slipway_export.model import ExportRefused, Model

from tests.export.conftest import fixtures, model
from tests.local.images.conftest import MXNetFiles

XGBOOST = fixtures("xgboost-0.90") | {
    f"newer-{name}": content for name, content in fixtures("xgboost-3.2.0").items()
}
TORCH = fixtures("torch-2.6.0")
FILES = {
    "squared.bin": XGBOOST["squared.bin"],
    "softprob.bin": XGBOOST["softprob.bin"],
    "dart.bin": XGBOOST["dart.bin"],
    "gblinear.bin": XGBOOST["gblinear.bin"],
    "poisson.pkl": XGBOOST["poisson.pkl"],
    "newer-dart.pkl": XGBOOST["newer-dart.pkl"],
    "newer-categorical.pkl": XGBOOST["newer-categorical.pkl"],
    "newer-squared.json": XGBOOST["newer-squared.json"],
    "state.pth": TORCH["state.pth"],
    "state-older.pth": TORCH["state-older.pth"],
    "module.pth": TORCH["module.pth"],
    "linear-learner": MXNetFiles.linear_learner(
        [[0.5], [2.0]], [1.0], "LogisticRegressionOutput", predictor_type="binary_classifier"
    ),
    "pca": MXNetFiles.arrays(
        {"mean": np.ones((1, 3), "f"), "v": np.eye(3, 2, dtype="f"), "s": np.ones(2, "f")}
    ),
    "kmeans": MXNetFiles.arrays([np.eye(4, 3, dtype="f")]),
}
HUGE = [struct.pack("<i", number) for number in (-1, 0, 1 << 20, (1 << 31) - 1)]
MOST_SECONDS = 10.0
MOST_BYTES = 400 << 20


def attempt(original: Model, content: bytes) -> bool:
    """Whether the file is exported; nothing but a refusal may be raised."""
    lying = replace(original, members={original.inspection.model_file: content})
    start = time.monotonic()
    try:
        export(lying, "native")
    except ExportRefused:
        return False
    finally:
        assert time.monotonic() - start < MOST_SECONDS
    return True


@cache
def honest(name: str) -> Model:
    """What the inspection says of the file as it was."""
    return model({"model": FILES[name]})


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_exported(name: str) -> None:
    assert attempt(honest(name), FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused(name: str) -> None:
    content = FILES[name]
    needed = len(content) - 200 if name.endswith(".bin") else len(content) - 1
    for length in range(0, needed, max(1, needed // 60)):
        assert not attempt(honest(name), content[:length]), length


@pytest.mark.parametrize("name", ["squared.bin", "dart.bin", "gblinear.bin"])
def test_any_number_of_a_binary_model_may_lie(name: str) -> None:
    content = FILES[name]
    ends = [*range(0, 460, 4), *range(460, 1200, 44)]
    tracemalloc.start()
    for offset, number in product(ends, HUGE):
        if offset < len(content):
            attempt(honest(name), content[:offset] + number + content[offset + 4 :])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES


@given(
    name=st.sampled_from(sorted(FILES)),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=9)),
        min_size=1,
        max_size=4,
    ),
)
@settings(max_examples=300)
def test_any_bytes_may_be_changed(name: str, edits: list[tuple[float, bytes]]) -> None:
    content = bytearray(FILES[name])
    for place, change in edits:
        start = int(place * len(content))
        content[start : start + len(change)] = change
    attempt(honest(name), bytes(content))


@given(content=st.binary(max_size=400), name=st.sampled_from(sorted(FILES)))
@settings(max_examples=200)
def test_garbage_is_refused(content: bytes, name: str) -> None:
    assert not attempt(honest(name), content)
    assert not attempt(honest(name), FILES[name][:64] + content)


def test_nodes_in_a_circle_are_refused() -> None:
    content = FILES["squared.bin"]
    first = content.index(b"gbtree") + 6 + 160 + 148
    left = first + 4
    circle = content[:left] + struct.pack("<ii", 0, 0) + content[left + 8 :]
    with pytest.raises(ExportRefused, match="circle"):
        export(replace(honest("squared.bin"), members={"model": circle}), "native")


def test_a_child_of_another_tree_is_refused() -> None:
    content = FILES["squared.bin"]
    left = content.index(b"gbtree") + 6 + 160 + 148 + 4
    other = content[:left] + struct.pack("<i", 8) + content[left + 4 :]
    with pytest.raises(ExportRefused, match="another tree"):
        export(replace(honest("squared.bin"), members={"model": other}), "native")
