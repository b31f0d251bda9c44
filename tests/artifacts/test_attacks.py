"""Every loader that would take a file has judged it, whatever else the file is.

`attacks.py` holds one of each kind; a generator wraps a payload in several grammars at once, and
the same wrapping around plain values is no reason to refuse.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
import random
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from slipway.artifacts import ArchiveRefused, Limits, inspect
from slipway.artifacts.archives.refusal import MIB

from tests.artifacts.attacks import ATTACKS, LEGACY, SYSTEM, short, tarred, v7, zfile, zipped
from tests.artifacts.pickles.test_examiner import TRICKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Pack

PLAIN = pickle.dumps({"weights": [1.5, 2.5], "names": ("a", "b")}, 2)
SCANNED = {
    *("pickle-not-allowed", "two-formats", "keras-lambda", "keras-foreign-class"),
    *("member-damaged", "torch-tar"),
}
PRELUDES = (
    b"",
    b"\x80\x02",
    b"\x80\x04\x95" + bytes([9]) + bytes(7),
    b"N0",
    b"K\x070",
    b"(0",
    b"]0",
    b"}0",
    short(LEGACY) + b"0",
    short(b"CBM1" + bytes(600)) + b"0",
    short(b"\x93NUMPY\x01\x00" + bytes(90_000)) + b"0",
    b"Vtree\\nversion=v4\n0",
    b"I42\n0",
)
NAMES = ("model.bin", "xgboost-model", "weights", "notes.txt", "model.safetensors.bak", "x.pt2")


def _plainly(data: bytes) -> bytes:
    return data


WRAPPINGS: tuple[Callable[[bytes], bytes], ...] = (
    _plainly,
    lambda data: gzip.compress(data, mtime=0),
    bz2.compress,
    lzma.compress,
    zlib.compress,
    zfile,
    lambda data: zipped({"a/b": data}),
    lambda data: zipped({"inner": data, "other": b"x" * 99}, zipfile.ZIP_DEFLATED),
    lambda data: tarred({"one": b"1", "two": data}),
    lambda data: v7({"first": data}),
)


def wrapped(seed: int, payload: bytes) -> tuple[str, bytes]:
    """A name and a payload in a prelude and up to three grammars around it."""
    pick = random.Random(seed)  # noqa: S311 - not for secrets
    data = pick.choice(PRELUDES) + payload
    for _ in range(pick.randrange(4)):
        data = pick.choice(WRAPPINGS)(data)
    return pick.choice(NAMES), data


@pytest.mark.parametrize("name", ATTACKS)
def test_every_kind_of_attack_is_refused(name: str, pack: Pack) -> None:
    inspection = inspect([pack(ATTACKS[name])])
    assert {each.rule for each in inspection.findings if each.grade == "refuse"} & SCANNED


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_every_wrapping_of_a_payload_is_seen_through(start: int, pack: Pack) -> None:
    for seed in range(start, start + 50):
        name, data = wrapped(seed, SYSTEM)
        assert inspect([pack({name: data})]).refused, (seed, name)


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_no_wrapping_of_plain_values_is_refused(start: int, pack: Pack) -> None:
    for seed in range(start, start + 50):
        name, data = wrapped(seed, PLAIN.removeprefix(b"\x80\x02"))
        refused = [
            each for each in inspect([pack({name: data})]).findings if each.grade == "refuse"
        ]
        assert [each for each in refused if each.rule != "archive-in-archive"] == [], (seed, name)


@pytest.mark.parametrize("name", ["weights", "notes.txt", "xgboost-model"])
def test_every_trick_of_pickle_is_seen_under_any_name(name: str, pack: Pack) -> None:
    for trick, data in TRICKS.items():
        real = data.replace(b"canary", b"shutil").replace(b"strike", b"rmtree")
        assert inspect([pack({name: real})]).refused, trick


def test_random_bytes_and_texts_are_no_pickles(pack: Pack) -> None:
    pick = random.Random(5)  # noqa: S311 - not for secrets
    for _ in range(300):
        data = pick.randbytes(pick.randrange(2000))
        words = " ".join(pick.choice(("cast", "int", "(x)", "list\n", "i\n")) for _ in range(200))
        files = {"w.bin": data, "vocab.txt": words.encode()}
        assert not inspect([pack(files)]).refused


BOMBS: dict[str, tuple[str, dict[str, bytes]]] = {
    "bytes out": ("work-bytes", {"m.bin": zlib.compress(zlib.compress(bytes(30_000_000), 9), 9)}),
    "bytes out, in parts": (
        "work-bytes",
        {f"{number}.bin": zlib.compress(bytes(3_000_000), 9) for number in range(9)},
    ),
    "documents": (
        "work-bytes",
        {
            "m.bin": zipped(
                {f"{number}-symbol.json": b"[" + b"[]," * 300_000 + b"0]" for number in range(20)},
                zipfile.ZIP_DEFLATED,
            )
        },
    ),
    "steps": ("work-steps", {"m.pkl": zlib.compress(b"\x80\x02" + b"N0" * 1_000_000 + b"N.", 9)}),
    "steps, in parts": (
        "work-steps",
        {f"{n}.pkl": zlib.compress(b"\x80\x02" + b"N0" * 100_000 + b"N.", 9) for n in range(9)},
    ),
    "steps under no pickle's name": (
        "work-steps",
        {"m": zlib.compress(b"K\x010" * 900_000, 9)},
    ),
    "facts": (
        "work-kept",
        {
            f"{number}.txt": b"tree\nversion=v4\nmax_feature_idx=1999\nfeature_names="
            + b" ".join(b"%03x" % name for name in range(2000))
            + b"\n"
            for number in range(900)
        },
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_budget_of_the_whole_archive_ends_it_by_name(name: str, pack: Pack) -> None:
    rule, files = BOMBS[name]
    sent = pack(files)
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused) as refusal:
            inspect([sent], limits=Limits(work_steps=200_000, work_bytes=8 * MIB))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refusal.value.rule == rule
    assert peak < 64 * MIB


def test_archives_too_deep_in_each_other_are_refused(pack: Pack) -> None:
    data = b"x"
    for _ in range(12):
        data = zipped({"a": data})
    assert inspect([pack({"m.bin": data})]).refused
