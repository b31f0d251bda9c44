"""Every rung of the ladder: who vouches for a class, and what no rung opens."""

from __future__ import annotations

import datetime
import enum
import importlib
import pickle
import zoneinfo
from typing import TYPE_CHECKING

import pytest
from slipway.artifacts import examine, inspect
from slipway.artifacts.archives.reader import reader_of

if TYPE_CHECKING:
    from conftest import Pack

SCRIPT = b"import joblib\ndef model_fn(folder): return joblib.load(folder + '/model.joblib')\n"
OURS = b"class Log:\n    class Inner: pass\n    def fit(self): pass\ndef load_rows(x): return x\n"


def made(name: str, state: bytes = b"}") -> bytes:
    module, _, cls = name.rpartition(".")
    return b"\x80\x02" + f"c{module}\n{cls}\n".encode() + b")\x81" + state + b"b."


def called(module: str, name: str) -> bytes:
    text = b"".join(b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name))
    return b"\x80\x04" + text + b"\x93\x8c\x04true\x85R."


def archive(model: bytes, **code: bytes) -> dict[str, bytes]:
    named = {name.replace("__", "/") + ".py": data for name, data in code.items()}
    return {
        "code/inference.py": SCRIPT,
        "code/mylib.py": OURS,
        "code/requirements.txt": b"category-encoders==2.6.3\nimbalanced-learn==0.12\nloose\n",
        "model.joblib": model,
        **{f"code/{name}": data for name, data in named.items()},
    }


RUNGS: dict[str, tuple[bytes, tuple[str, str] | None]] = {
    "a framework's": (made("sklearn.linear_model._base.LinearRegression"), None),
    "pandas' values": (made("pandas.core.frame.DataFrame"), None),
    "the archive's own": (made("mylib.Log"), ("note", "own-class")),
    "the archive's own function, whatever it is called": (
        called("mylib", "load_rows"),
        ("note", "own-class"),
    ),
    "the script's own": (made("inference.model_fn"), ("note", "own-class")),
    "a class within a class": (
        b"\x80\x04\x8c\x05mylib\x8c\x09Log.Inner\x93)\x81.",
        ("note", "own-class"),
    ),
    "a pinned package's": (
        made("category_encoders.target_encoder.TargetEncoder"),
        ("warn", "pinned-class"),
    ),
    "a pinned package of another name": (
        made("imblearn.pipeline.Pipeline"),
        ("warn", "pinned-class"),
    ),
    "a trusted module's": (made("ourlib.models.Scorer"), ("note", "trusted-class")),
    "a package's that is not pinned": (made("loose.Thing"), ("approve", "approval-needed")),
    "what the own module only imports": (
        made("mylib.BaseEstimator"),
        ("approve", "approval-needed"),
    ),
    "a notebook's": (made("__main__.Model"), ("approve", "main-class")),
    "a framework's class that is on no list": (
        made("torch.somewhere.New"),
        ("approve", "approval-needed"),
    ),
    "a process": (called("os", "system"), ("refuse", "pickle-not-allowed")),
    "a process through the own module": (
        called("mylib", "os.system"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a process through a pinned package": (
        called("category_encoders.utils", "subprocess.Popen"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a pinned package's loader": (
        called("category_encoders.io", "load_pickle"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a trusted module's runner": (
        called("ourlib.shell", "run_command"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a framework's function that is on no list": (
        called("numpy.testing", "rundocs"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a framework's constructor that is on no list": (
        called("numpy", "DataSource"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a name that only looks like one": (
        b"\x80\x04\x8c\x06m\xd1\x83lib\x8c\x03Log\x93)\x81.",
        ("refuse", "pickle-not-allowed"),
    ),
    "what a vouched-for class is handed": (
        made("mylib.Log", b"(cos\nsystem\nN" + b"d"),
        ("refuse", "pickle-not-allowed"),
    ),
    "a pickle within, which a vouched-for class may load": (
        made("mylib.Log", b"C" + bytes([13]) + b"\x80\x02cnt\nsystem\n."),
        ("refuse", "pickle-not-allowed"),
    ),
}


def test_the_default_script_has_what_is_pinned_installed_too(pack: Pack) -> None:
    files = {
        "model.joblib": made("category_encoders.target_encoder.TargetEncoder"),
        "code/requirements.txt": b"category-encoders==2.6.3\n",
    }
    assert "pinned-class" in {finding.rule for finding in inspect([pack(files)]).findings}


@pytest.mark.parametrize("rung", RUNGS)
def test_each_rung_says_who_vouches(rung: str, pack: Pack) -> None:
    model, wanted = RUNGS[rung]
    inspection = inspect([pack(archive(model))], trusted=["ourlib"])
    rules = ("own-class", "pinned-class", "trusted-class", "approval-needed", "main-class")
    told = [
        (finding.grade, finding.rule)
        for finding in inspection.findings
        if finding.rule in (*rules, "pickle-not-allowed")
    ]
    graver = [each for each in told if each[0] == "refuse"] or told
    assert set(graver) == ({wanted} if wanted else set())
    assert inspection.refused == (wanted is not None and wanted[0] == "refuse")
    assert bool(inspection.waits) == (wanted is not None and wanted[0] == "approve")


TAKEN = ["os", "json", "numpy", "sklearn", "boto3", "requests", "pandas"]


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_named_like_a_module_of_the_image_vouches_for_nothing(name: str, pack: Pack) -> None:
    files = archive(made(f"{name}.Log"), **{name: OURS})
    inspection = inspect([pack(files)], trusted=["ourlib"])
    assert inspection.refused or inspection.waits


def test_without_a_script_code_vouches_for_nothing(pack: Pack) -> None:
    inspection = inspect([pack({"model.joblib": made("mylib.Log"), "code/mylib.py": OURS})])
    assert "mylib.Log" in inspection.waits


def test_a_person_is_shown_what_would_be_called_and_with_what(pack: Pack) -> None:
    inspection = inspect([pack({"model.pkl": called("theirs.make", "build")})])
    assert "theirs.make.build('true')" in inspection.waits
    assert "slipway approve" in inspection.waits


def test_a_package_s_module_is_trusted_by_whole_names_only(pack: Pack) -> None:
    model = archive(made("ourlibrary.Scorer"))
    assert "ourlibrary" in inspect([pack(model)], trusted=["ourlib"]).waits


def test_functions_carried_by_value_wait_for_a_person(pack: Pack) -> None:
    cloudpickle = importlib.import_module("cloudpickle")
    for carried in (lambda x: x + 1, type("Made", (), {"f": lambda _self: 1})()):
        data = cloudpickle.dumps(carried)
        inspection = inspect([pack({"model.pkl": data})])
        rules = {finding.rule for finding in inspection.findings if finding.grade == "approve"}
        assert (rules, inspection.refused) == ({"code-by-value"}, False)


def test_cloudpickle_s_loader_is_no_function_by_value() -> None:
    verdict = examine(reader_of(called("cloudpickle.cloudpickle", "loads")))
    assert [offence.what for offence in verdict.offences] == [
        "the global cloudpickle.cloudpickle.loads"
    ]


def test_a_plain_pickle_asks_for_nothing() -> None:
    assert examine(reader_of(pickle.dumps([1, {"a": (2.5, "x")}]))).asked == ()


class Colour(enum.Enum):
    """Of a script's own."""

    RED = 1


@pytest.mark.parametrize("protocol", range(6))
def test_an_enumeration_stands_where_its_class_stands(protocol: int) -> None:
    by_getattr = b"cbuiltins\ngetattr\n(cours\nColour\nVRED\ntR."
    for data in (pickle.dumps(Colour.RED, protocol), by_getattr):
        verdict = examine(reader_of(data))
        assert (verdict.offences, len(verdict.asked)) == ((), 1)


WAYS = {
    "named only": b"cbuiltins\ngetattr\n.",
    "of what is listed": b"cbuiltins\ngetattr\n(cnumpy\nndarray\nVtofile\ntR.",
    "a hidden attribute": b"cbuiltins\ngetattr\n(cours\nColour\nV__class__\ntR.",
    "and called": b"cbuiltins\ngetattr\n(cours\nColour\nVrun\ntR(Vx\ntR.",
    "a class": b"cbuiltins\ngetattr\n(Nios\nsystem\nVrun\ntR.",
}


@pytest.mark.parametrize("way", WAYS)
def test_attributes_are_no_way_to_a_call(way: str) -> None:
    assert examine(reader_of(WAYS[way])).offences


def test_a_time_zone_is_a_plain_value() -> None:
    when = datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))
    assert examine(reader_of(pickle.dumps(when))).safe
