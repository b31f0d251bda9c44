"""Pickles read whole, and still without being loaded."""

import pickle
import zlib

import pytest
from slipway.artifacts.pickles.values import Blob, Mapping, Sequence
from slipway_export.kept_pickles import read
from slipway_export.model import ExportRefused


@pytest.mark.parametrize("protocol", range(6))
def test_long_dicts_and_lists_are_kept(protocol: int) -> None:
    found = read(
        pickle.dumps(
            {"list": list(range(3000)), **dict.fromkeys(map(str, range(900)), 1)}, protocol
        )
    )
    assert isinstance(found, Mapping)
    assert len(found.items) == 901
    assert isinstance(found.items["list"], Sequence)
    assert found.items["list"].items == list(range(3000))


@pytest.mark.parametrize("protocol", range(3, 6))
def test_long_bytes_are_kept(protocol: int) -> None:
    content = bytes(range(256)) * 9000
    found = read(pickle.dumps([content], protocol))
    assert isinstance(found, Sequence)
    assert isinstance(found.items[0], Blob)
    assert found.items[0].head == content


def test_compressed_as_joblib_does() -> None:
    found = read(zlib.compress(pickle.dumps({"a": 1})))
    assert isinstance(found, Mapping)
    assert found.items == {"a": 1}


def test_a_damaged_pickle_is_refused() -> None:
    with pytest.raises(ExportRefused, match="pickle"):
        read(pickle.dumps([1, 2, 3])[:-2])
