"""Hostile pickles are refused, whatever trick hides them; pickles of the frameworks pass.

The tricks are those of the public advisories against picklescan, fickling and modelscan and of
pickle's own freedom, each with a harmless payload: `canary.strike("x")`, a function that only
remembers that it was called. A first test loads them with the standard library and shows that
they do strike.
"""

from __future__ import annotations

import importlib.util
import io
import pickle
import random
import struct
import sys
import tracemalloc
import types
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.artifacts import examine
from slipway.artifacts.archives.reader import reader_of

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = b"\x8c\x06canary\x94\x8c\x06strike\x94"
STRIKE = b"ccanary\nstrike\n"
CALL = b"(X\x01\x00\x00\x00xtR"
STRUCK = STRIKE + CALL
NAMED = NAME + b"\x93" + CALL


def text(value: str) -> bytes:
    return b"X" + u4(len(value.encode())) + value.encode()


def u4(number: int) -> bytes:
    return struct.pack("<I", number)


def u8(number: int) -> bytes:
    return struct.pack("<Q", number)


def blob(data: bytes) -> bytes:
    return b"B" + u4(len(data)) + data


def many_strings(count: int) -> bytes:
    return b"\x80\x04" + b"".join(b"\x8c\x06%06d\x940" % number for number in range(count))


EVALUATED = b"(" + text("__import__('canary').strike('x')") + b"tR."
TRICKS: dict[str, bytes] = {
    "protocol 0": STRIKE + b"(S'x'\ntR.",
    "protocol 2": b"\x80\x02" + STRIKE + b"X\x01\x00\x00\x00x\x85R.",
    "protocol 4": b"\x80\x04" + NAME + b"\x93\x8c\x01x\x85R.",
    "protocol 5 in a frame": b"\x80\x05\x95" + u8(len(NAMED) + 1) + NAMED + b".",
    "no protocol": NAMED + b".",
    "instance opcode": b"(X\x01\x00\x00\x00xicanary\nstrike\n.",
    "object opcode": b"(" + STRIKE + b"X\x01\x00\x00\x00xo.",
    "result thrown away": b"\x80\x02" + STRUCK + b"0N.",
    "result thrown away with a mark": b"(" + STRUCK + b"1N.",
    "names through the memo": b"\x80\x04" + NAME + b"00h\x00h\x01\x93" + CALL + b".",
    "names through PUT and GET": text("canary")
    + b"p7\n0g7\n"
    + text("strike")
    + b"\x93"
    + CALL
    + b".",
    "names in Python 1 unicode": b"Vcanary\nVstrike\n\x93" + CALL + b".",
    "names escaped": b"V\\u0063anary\nVstrike\n\x93" + CALL + b".",
    "names as long unicode": b"\x8d" + u8(6) + b"canary\x8d" + u8(6) + b"strike\x93" + CALL + b".",
    "names as Python 2 strings": b"U\x06canaryT\x06\x00\x00\x00strike\x93" + CALL + b".",
    "names after other strings": b"]" + text("numpy") + b"a0" + NAMED + b".",
    "dotted name": b"\x80\x04\x8c\x06canary\x8c\x0cInner.strike\x93" + CALL + b".",
    "protocol raised in the middle": STRIKE + b"\x80\x05" + CALL + b".",
    "broken after the call": b"\x80\x02" + STRUCK + b"\xff",
    "ends after the call": b"\x80\x02" + STRUCK,
    "stack empty after the call": b"\x80\x02" + STRUCK + b"000.",
    "in a list": b"\x80\x02]" + STRUCK + b"a.",
    "as the key of a dict": b"\x80\x02}" + STRUCK + b"Ns.",
    "in a set": b"\x80\x04\x8f(" + STRUCK + b"\x90.",
    "in a frozenset": b"\x80\x04(" + STRUCK + b"\x91.",
    "as state": b"\x80\x02ccollections\nOrderedDict\n)R}" + text("a") + STRUCK + b"sb.",
    "as an argument of what is allowed": b"ccollections\nCounter\n(" + STRUCK + b"tR.",
    "as the default of a defaultdict": b"ccollections\ndefaultdict\n(" + STRIKE + b"tR.",
    "through getattr": b"cbuiltins\ngetattr\n(ccanary\nInner\n"
    + text("strike")
    + b"tR"
    + CALL
    + b".",
    "through functools.partial": b"cfunctools\npartial\n(" + STRIKE + text("x") + b"tR)R.",
    "through methodcaller": (
        b"coperator\nmethodcaller\n(" + text("strike") + text("x") + b"tR(ccanary\nInner\ntR."
    ),
    "through map": b"cbuiltins\nlist\n(cbuiltins\nmap\n(" + STRIKE + b"]" + text("x") + b"atRtR.",
    "through eval": b"cbuiltins\neval\n" + EVALUATED,
    "through eval of Python 2": b"c__builtin__\neval\n" + EVALUATED,
    "through a pickle in a pickle": b"c_pickle\nloads\n(" + blob(STRUCK + b".") + b"tR.",
    "through a constructor": b"\x80\x02ccanary\nOnMake\n)\x81.",
    "through a constructor with keywords": b"\x80\x04ccanary\nOnMake\n)}\x92.",
    "through copyreg": b"ccopyreg\n__newobj__\n(ccanary\nOnMake\ntR.",
    "through state": b"\x80\x02ccanary\nOnState\n)\x81}" + text("a") + b"Nsb.",
    "through appended items": b"\x80\x02ccanary\nOnItems\n)\x81(" + text("a") + b"e.",
    "through set items": b"\x80\x02ccanary\nOnItems\n)\x81" + text("a") + b"Ns.",
    "behind a long list": b"\x80\x02](" + b"N" * 200_000 + b"e0" + STRUCK + b".",
    "behind many strings": many_strings(120_000) + NAMED + b".",
    "names kept behind many strings": (
        many_strings(160_000)
        + NAME
        + b"00j"
        + u4(160_000)
        + b"j"
        + u4(160_001)
        + b"\x93"
        + CALL
        + b"."
    ),
    "on a tall stack": b"\x80\x02(" + b"N" * 20_000 + STRUCK + b"t.",
    "in a list of lists": b"]" * 3000 + STRUCK + b"a" * 3000 + b".",
    "a frame that lies": b"\x80\x04\x95" + u8(3) + NAMED + b".",
}

UNLOADABLE: dict[str, bytes] = {
    "extension code": b"\x80\x02\x82\x01)R.",
    "persistent id": b"Pcanary.strike\n.",
    "persistent id of a value": b"\x80\x02N\x85Q.",
    "buffer outside": b"\x80\x05\x97.",
    "two pickles": b"N." + STRUCK + b".",
    "pickle and text": b"N.hello",
    "state for a class": b"\x80\x02ccollections\nOrderedDict\nN}" + text("a") + b"Ns\x86b.",
    "state for a list": b"\x80\x02]}" + text("a") + b"Nsb.",
    "items on a class": b"\x80\x02ccollections\nOrderedDict\n" + text("a") + b"Ns.",
    "PUT then MEMOIZE": text("os")
    + b"q\x05"
    + text("numpy")
    + b"\x94h\x00"
    + text("dtype")
    + b"\x93.",
    "a hidden name": b"\x80\x04" + b"\x8c\x02ab\x940" * 60_000 + b"j" + u4(200_000) + b"2\x93.",
    "numpy's importer": (
        b"cnumpy.core\n_ufunc_reconstruct\n(" + text("os") + text("system") + b"tR."
    ),
    "numpy's maker of another class": (
        b"cnumpy.core.multiarray\n_reconstruct\n(ccollections\nCounter\n(I0\ntS'b'\ntR."
    ),
    "torch's loader of other bytes": b"ctorch.storage\n_load_from_bytes\n(C\x01NtR.",
    "torch's loader of a hostile pickle": (
        b"ctorch.storage\n_load_from_bytes\n(" + blob(b"\x80\x02" + STRUCK + b".") + b"tR."
    ),
    "bytes of any size": b"cbuiltins\nbytearray\n(I4000000000\ntR.",
    "encode by another codec": b"c_codecs\nencode\n(" + text("x") + text("rot13") + b"tR.",
    "a distribution that evaluates its state": (
        b"\x80\x02cscipy.stats._continuous_distns\nuniform_gen\n)\x81}b."
    ),
    "a distance that calls a function": b"csklearn.metrics._dist_metrics\nPyfuncDistance\n)R.",
    "a framework's function called": b"csklearn.metrics._classification\naccuracy_score\n(NNtR.",
    "a framework's class called": b"csklearn.svm._classes\nSVC\n(" + text("x") + b"tR.",
    "a name that is a number": b"\x80\x04K\x01K\x02\x93.",
}

GLOBALS = [
    tuple(line.split(" ", 1))
    for line in (Path(__file__).parent / "hostile_globals.txt").read_text("utf-8").splitlines()
]


class _Canary(types.ModuleType):
    """A module whose contents strike when a loader uses them."""

    def __init__(self) -> None:
        super().__init__("canary")
        self.struck = 0

        def strike(*_args: object) -> str:
            self.struck += 1
            return "struck"

        def method(_self: object, *_args: object) -> None:
            strike()

        self.strike = strike
        inner = {"strike": staticmethod(strike)}
        self.Inner = type("Inner", (), inner)
        self.OnMake = type(
            "OnMake", (), {"__new__": lambda cls: (strike(), object.__new__(cls))[1]}
        )
        self.OnState = type("OnState", (), {"__setstate__": method})
        items = {"__setitem__": method, "append": method, "extend": method}
        self.OnItems = type("OnItems", (), items)


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> _Canary:
    module = _Canary()
    monkeypatch.setitem(sys.modules, "canary", module)
    return module


@pytest.mark.parametrize("name", TRICKS)
def test_every_trick_strikes_when_it_is_loaded(name: str, canary: _Canary) -> None:
    try:
        loaded = pickle.loads(TRICKS[name])  # noqa: S301 - the payload only counts
        if isinstance(loaded, defaultdict):
            loaded["missing"]
    except Exception:  # noqa: BLE001, S110 - broken pickles strike before they break
        pass
    assert canary.struck


@pytest.mark.parametrize("name", TRICKS)
def test_every_trick_is_refused(name: str, canary: _Canary) -> None:
    verdict = examine(reader_of(TRICKS[name]))
    assert not verdict.safe
    assert not canary.struck


@pytest.mark.parametrize("name", UNLOADABLE)
def test_what_no_framework_writes_is_refused(name: str) -> None:
    assert not examine(reader_of(UNLOADABLE[name])).safe


@pytest.mark.parametrize(("module", "name"), GLOBALS)
def test_globals_off_the_list_are_refused_by_name_in_every_spelling(module: str, name: str) -> None:
    spellings = (
        f"c{module}\n{name}\n.".encode(),
        b"\x80\x04" + text(module) + text(name) + b"\x93.",
        f"(i{module}\n{name}\n.".encode(),
    )
    for spelling in spellings:
        verdict = examine(reader_of(spelling))
        assert not verdict.safe
    assert f"{module}.{name}" in examine(reader_of(spellings[1])).offences[0].what


def test_the_offence_says_where_it_stands() -> None:
    (offence,) = examine(reader_of(b"\x80\x02N0cos\nsystem\n.")).offences
    assert (offence.what, offence.position) == ("the global os.system", 15)


def test_more_classes_than_anybody_goes_through_are_an_offence() -> None:
    verdict = examine(
        reader_of(b"".join(b"ca\nb%d\n0" % number for number in range(10_000)) + b"N.")
    )
    assert [offence.what for offence in verdict.offences] == [
        "it asks for more than 256 globals that are on no list"
    ]


def test_a_flood_of_offences_ends_early() -> None:
    verdict = examine(
        reader_of(b"".join(b"cos\nb%d\n0" % number for number in range(10_000)) + b"N.")
    )
    assert 16 <= len(verdict.offences) <= 17


BENIGN: dict[str, object] = {
    "atoms": [None, True, False, 1, -1, 1 << 70, 2.5, "text", b"bytes", bytearray(b"x"), 1j],
    "containers": ({"a": [1, (2, 3)]}, {1, 2}, frozenset({"x"}), range(3), slice(1, 2)),
    "collections": (OrderedDict(a=1), defaultdict(list, a=[1])),
    "long things": ("x" * 70_000, b"\x00" * 70_000, list(range(5000)), dict.fromkeys(range(5000))),
    "many tuples": [(number, str(number)) for number in range(20_000)],
    "deep": [[[[[[[[[[["end"]]]]]]]]]]],
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", BENIGN)
def test_plain_values_pass_in_every_protocol(name: str, protocol: int) -> None:
    assert examine(reader_of(pickle.dumps(BENIGN[name], protocol))).offences == ()


def test_a_pickle_within_bytes_is_harmless_until_something_loads_it() -> None:
    inner = pickle.dumps({"weights": [1, 2]})
    assert examine(reader_of(pickle.dumps([inner, b"\x80\x04junk"]))).safe


def test_cyclic_values_pass() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    assert examine(reader_of(pickle.dumps(cycle))).safe


BOMBS: dict[str, bytes] = {
    "bytearray": b"\x80\x05\x96" + u8(1 << 60),
    "bytes": b"\x80\x04\x8e" + u8(1 << 60),
    "text": b"\x80\x04\x8d" + u8(1 << 60),
    "number": b"\x80\x02\x8b" + u4(2**31 - 1),
    "frame": b"\x80\x04\x95" + u8(1 << 60) + b"N.",
    "marks": b"\x80\x02" + b"(" * 100_000,
    "digits": b"\x80\x02I" + b"9" * 100_000 + b"\n.",
    "nested lists": b"]" * 100_000 + b"a" * 99_999 + b".",
    "tuples that double": b"N" + b"2\x86" * 100_000 + b".",
    "lists remembered": b"\x80\x04" + b"]\x94(K\x01K\x02K\x03e0" * 50_000 + b"N.",
    "long strings remembered": b"\x80\x04"
    + (b"\x8c\xff" + b"x" * 255 + b"\x940") * 100_000
    + b"N.",
    "blobs remembered": b"\x80\x04" + (b"B" + u4(5000) + bytes(5000) + b"\x940") * 10_000 + b"N.",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_stay_small(name: str) -> None:
    tracemalloc.start()
    try:
        examine(reader_of(BOMBS[name]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * 2**20


@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    verdict = examine(reader_of(data))
    assert verdict.safe == (not verdict.offences and not verdict.asked)


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_damaged_pickles_get_a_verdict(seed: int, changes: int) -> None:
    data = bytearray(pickle.dumps(list(BENIGN.values())[:3]))
    pick = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(changes):
        data[pick.randrange(len(data))] = pick.randrange(256)
    examine(reader_of(bytes(data)))


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of estimators that will go one day
def test_every_estimator_of_scikit_learn_passes() -> None:
    sklearn_utils = importlib.import_module("sklearn.utils")
    refused = {}
    for name, estimator in sklearn_utils.all_estimators():
        try:
            made = estimator()
        except TypeError:
            continue
        for protocol in range(6):
            verdict = examine(reader_of(pickle.dumps(made, protocol)))
            if not verdict.safe:
                refused[name] = verdict.offences
    assert refused == {}


def test_a_real_forest_and_a_real_booster_pass(real: Callable[[str], bytes]) -> None:
    for name in (
        "sklearn/sklearn-model",
        "xgboost-pickled/xgboost-model",
        "pytorch/torch_model.pth",
    ):
        assert examine(reader_of(real(name))).offences == ()


def test_the_machine_reads_in_small_steps() -> None:
    data = io.BytesIO(pickle.dumps(list(BENIGN.values())))
    reader_module = importlib.import_module("slipway.artifacts.archives.reader")
    assert examine(reader_module.Reader(lambda _most: data.read(7))).safe


GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("protocol", [2, 5])
def test_numpy_s_generators_pass(name: str, protocol: int) -> None:
    bits = getattr(np.random, name)(0)
    for whole in (bits, np.random.Generator(bits), np.random.RandomState(np.random.MT19937(0))):
        assert examine(reader_of(pickle.dumps(whole, protocol))).offences == ()


def test_numpy_s_random_state_of_before_1_17_passes() -> None:
    old = b"\x80\x02cnumpy.random\n__RandomState_ctor\n)R}X\x03\x00\x00\x00posK\x01sb."
    assert examine(reader_of(old)).offences == ()


INNER = blob(b"\x80\x02" + STRUCK + b".")
MAKERS = {
    "a generator's maker": b"cnumpy.random._pickle\n__generator_ctor\n"
    + INNER
    + b"ctorch.storage\n_load_from_bytes\n\x86R.",
    "a random state's maker": b"cnumpy.random._pickle\n__randomstate_ctor\n"
    + text("MT19937")
    + b"ctorch.storage\n_load_from_bytes\n\x86R.",
    "a bit generator's class": b"cnumpy.random._pickle\n__bit_generator_ctor\n"
    b"cxgboost.core\nBooster\n\x85R.",
    "a tree's metric": b"csklearn.neighbors._ball_tree\nBallTree\n]K\x28"
    b"ctorch.storage\n_load_from_bytes\n\x87R.",
    "a function in a list": b"csklearn.tree._tree\nTree\n]"
    b"ctorch.storage\n_load_from_bytes\na\x85R.",
}


@pytest.mark.parametrize("maker", MAKERS)
def test_nothing_is_handed_a_function_that_it_would_call(maker: str) -> None:
    assert not examine(reader_of(b"\x80\x02" + MAKERS[maker])).safe


def test_the_losses_of_scikit_learn_1_5_to_1_8_pass() -> None:
    loss = b"c_loss\n__pyx_unpickle_CyHalfSquaredError\nc_loss\nCyHalfSquaredError\nK\x00N\x87R."
    assert examine(reader_of(b"\x80\x02" + loss)).offences == ()
