"""Advice names what would break on SageMaker, in its grade, with a remedy."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable

import pytest
from slipway.artifacts import inspect

Pack = Callable[..., bytes]


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


SKLEARN = (
    b"\x80\x02csklearn.svm._classes\nSVC\n)\x81}X\x10\x00\x00\x00_sklearn_versionX\x05\x00\x00\x00"
    b"%ssb."
)
BOOSTER = b'{"learner":{"learner_model_param":{"num_feature":"7"}},"version":[%s]}'
SCRIPT = b"def model_fn(model_dir):\n    return None\n"
BERT = json.dumps(
    {"model_type": "bert", "architectures": ["BertModel"], "transformers_version": "4.49.0"}
).encode()
WEIGHTS = b"\x02\0\0\0\0\0\0\0{}"
GRAPH = b"\x08\x01\x12\x0c\x0a\x0a\x22\x05serve\x2a\x012"
SAVED_MODEL = {
    "export/1/saved_model.pb": GRAPH,
    "export/1/variables/variables.index": b"",
}
HANDLER = b"def handler(data, context): ...\n"
HANDLERS = b"def input_handler(data, context): ...\ndef output_handler(data, context): ...\n"
HOSTILE = b"\x80\x02cposix\nsystem\n(X\x04\x00\x00\x00truetR."
WHEEL = "code/wheels/own-1.0-py3-none-any.whl"
PACKAGE = zipped({"own/model.pkl": HOSTILE})
SYMBOL = b'{"nodes": [], "arg_nodes": []}'
MODULE = {"model-symbol.json": SYMBOL, "model-0000.params": b"", "model-shapes.json": b"[]"}
LEFTOVERS = (
    "._model.joblib",
    "code/._inference.py",
    ".DS_Store",
    "Thumbs.db",
    "__MACOSX/model.joblib",
    "code/__pycache__/inference.cpython-312.pyc",
    ".ipynb_checkpoints/model-checkpoint.joblib",
    "code/.ipynb_checkpoints/inference-checkpoint.py",
    "PaxHeaders.123/model.joblib",
)

Case = tuple[dict[str, bytes], set[tuple[str, str]]]
CASES: dict[str, Case] = {
    "scikit-learn without a script": (
        {"model.joblib": SKLEARN % b"1.4.2"},
        {("note", "default-script")},
    ),
    "scikit-learn with its script": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT},
        set(),
    ),
    "a script without model_fn": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": b"print(1)"},
        {("refuse", "model-fn-missing")},
    ),
    "scikit-learn far from its image": (
        {"model.joblib": SKLEARN % b"1.3.0", "code/inference.py": SCRIPT},
        {("warn", "version-far")},
    ),
    "scikit-learn without an image": (
        {"model.joblib": SKLEARN % b"0.24.", "code/inference.py": SCRIPT},
        {("warn", "no-image")},
    ),
    "a booster alone": ({"xgboost-model": BOOSTER % b"1,7,6"}, set()),
    "a booster with a stray file": (
        {"xgboost-model": BOOSTER % b"1,7,6", "metrics.csv": b"1"},
        {("warn", "stray-files")},
    ),
    "a booster of the future": ({"xgboost-model": BOOSTER % b"4,0,0"}, {("warn", "no-image")}),
    "Hugging Face without a tokenizer": (
        {"config.json": BERT, "model.safetensors": WEIGHTS},
        {("warn", "tokenizer-missing")},
    ),
    "Hugging Face with a tokenizer": (
        {"config.json": BERT, "model.safetensors": WEIGHTS, "tokenizer.json": b"{}"},
        set(),
    ),
    "a SavedModel at the top": (
        {"saved_model.pb": GRAPH, "variables/variables.index": b""},
        {("refuse", "saved-model-folder")},
    ),
    "a SavedModel deep down": (
        {"a/b/1/saved_model.pb": GRAPH, "a/b/1/variables/variables.index": b""},
        set(),
    ),
    "a SavedModel without its number": (
        {"model/saved_model.pb": GRAPH, "model/variables/variables.index": b""},
        {("refuse", "saved-model-folder")},
    ),
    "a SavedModel and a script that its container does not find": (
        {**SAVED_MODEL, "export/code/inference.py": HANDLER},
        {("warn", "script-not-used")},
    ),
    "a SavedModel and packages that no script imports": (
        {**SAVED_MODEL, "code/requirements.txt": b"numpy==2.1\n"},
        {("warn", "packages-without-script")},
    ),
    "a SavedModel and packages for its handlers": (
        {**SAVED_MODEL, "code/inference.py": HANDLERS, "code/lib/own.py": b""},
        set(),
    ),
    "a SavedModel and a script without handlers": (
        {**SAVED_MODEL, "code/inference.py": SCRIPT},
        {("refuse", "handlers-missing")},
    ),
    "a SavedModel and its handlers": (
        {**SAVED_MODEL, "code/inference.py": HANDLERS},
        set(),
    ),
    "a SavedModel in a named folder": (
        {"model/1/saved_model.pb": GRAPH, "model/1/variables/variables.index": b""},
        set(),
    ),
    "two versions of a SavedModel": (
        {
            f"{number}/{name}": data
            for number in (1, 2)
            for name, data in (("saved_model.pb", GRAPH), ("variables/variables.index", b""))
        },
        {("note", "saved-model-versions")},
    ),
    "two SavedModels": (
        {
            f"{model}/1/{name}": data
            for model in ("a", "b")
            for name, data in (("saved_model.pb", GRAPH), ("variables/variables.index", b""))
        },
        {("warn", "several-saved-models")},
    ),
    "a SavedModel without variables": (
        {"1/saved_model.pb": GRAPH},
        {("warn", "saved-model-variables")},
    ),
    "loose requirements": (
        {"xgboost-model": BOOSTER % b"1,7,6", "code/requirements.txt": b"numpy\npandas>=2\n"},
        {("warn", "requirements-not-pinned")},
    ),
    "pinned requirements": (
        {
            "xgboost-model": BOOSTER % b"1,7,6",
            "code/requirements.txt": b"# ours\nnumpy==2.1  # pinned\n-r more.txt\n./wheel.whl\n\n",
        },
        set(),
    ),
    "files of macOS": (
        {"xgboost-model": BOOSTER % b"1,7,6", "._xgboost-model": b"x"},
        {("note", "leftovers")},
    ),
    "files of all kinds of tools": (
        {
            "model.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": SCRIPT,
            **dict.fromkeys(LEFTOVERS, b"text that is no model"),
        },
        {("note", "leftovers")},
    ),
    "a pickle that is hidden among leftovers": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, "._x": HOSTILE},
        {("note", "leftovers"), ("refuse", "pickle-not-allowed")},
    ),
    "a script at the top": (
        {"model.joblib": SKLEARN % b"1.4.2", "inference.py": SCRIPT},
        {("refuse", "script-misplaced")},
    ),
    "everything in one folder": (
        {"m/model.joblib": SKLEARN % b"1.4.2", "m/code/inference.py": SCRIPT},
        {("refuse", "script-misplaced")},
    ),
    "a script of another name": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/serve.py": SCRIPT},
        {("refuse", "script-misplaced")},
    ),
    "a script at the top that leaves the model to its container": (
        {"model.joblib": SKLEARN % b"1.4.2", "inference.py": b"def predict_fn(x, m): ...\n"},
        {("refuse", "script-misplaced")},
    ),
    "a script beside the one that serves": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, "train.py": SCRIPT},
        {("note", "script-not-used")},
    ),
    "code that is no script": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, "code/lib.py": b"x = 1"},
        set(),
    ),
    "a module whose handler is for its log": (
        {"model.joblib": SKLEARN % b"1.4.2", "train.py": b"handler = StreamHandler()\n"},
        {("note", "default-script")},
    ),
    "a model beside its script": (
        {"code/model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT},
        {("refuse", "model-in-code")},
    ),
    "a model beside its script, which looks there": (
        {
            "code/model.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": b"def model_fn(d): return load(d + '/code/model.joblib')",
        },
        set(),
    ),
    "a transformer in a folder": (
        {"m/config.json": BERT, "m/model.safetensors": WEIGHTS, "m/tokenizer.json": b"{}"},
        {("refuse", "model-in-folder")},
    ),
    "a script that does not load what has no image": (
        {"model.txt": b"tree\nversion=v4\n", "code/inference.py": b"print(1)"},
        {("refuse", "model-fn-missing")},
    ),
    "a module that MXNet's container loads by itself": (
        {**MODULE, "code/inference.py": b""},
        set(),
    ),
    "a module under another name": (
        {"other-symbol.json": SYMBOL, "code/inference.py": b""},
        {("refuse", "model-fn-missing")},
    ),
    "packages that its pip is told of": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, WHEEL: PACKAGE},
        {("note", "wheels")},
    ),
    "what is named as a package and is none": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, WHEEL: HOSTILE},
        {("refuse", "pickle-not-allowed")},
    ),
    "a package elsewhere": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, "a.whl": PACKAGE},
        {("refuse", "pickle-not-allowed")},
    ),
    "a script of another archive": (
        {"iso.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT + b"x = 'model.joblib'\n"},
        {("warn", "file-not-there")},
    ),
    "a script that names its file": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT + b"x = 'model.joblib'"},
        set(),
    ),
    "two models without a script": (
        {"model.joblib": SKLEARN % b"1.4.2", "scaler.joblib": SKLEARN % b"1.4.2"},
        {("note", "default-script"), ("refuse", "several-models")},
    ),
    "two models with a script": (
        {
            "model.joblib": SKLEARN % b"1.4.2",
            "scaler.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": SCRIPT,
        },
        set(),
    ),
    "a script that cannot be read": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": b"def model_fn(d):\nreturn 1\n"},
        {("refuse", "script-syntax")},
    ),
    "a module that cannot be read": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": SCRIPT, "code/a.py": b"print 1"},
        {("warn", "script-syntax")},
    ),
    "hooks that come by import": (
        {"model.joblib": SKLEARN % b"1.4.2", "code/inference.py": b"from serving import *\n"},
        set(),
    ),
    "hooks that are bound in other ways": (
        {
            "model.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": b"import lib\nif lib:\n    model_fn = lib.load\n",
        },
        set(),
    ),
    "hooks that are only spoken of": (
        {
            "model.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": b"# model_fn is missing\nclass A:\n    def model_fn(self): ...\n",
        },
        {("refuse", "model-fn-missing")},
    ),
    "hooks that exclude each other": (
        {
            "model.joblib": SKLEARN % b"1.4.2",
            "code/inference.py": SCRIPT + b"def predict_fn(x, m): ...\ndef transform_fn(*a): ...\n",
        },
        {("refuse", "transform-fn-and-others")},
    ),
    "an archive instead of the model": (
        {"model.tar.gz": b"x"},
        {("warn", "nested-archive"), ("refuse", "archive-in-archive")},
    ),
    "an archive in the archive": (
        {"xgboost-model": BOOSTER % b"1,7,6", "code/old.tar.gz": b"x"},
        {("warn", "nested-archive")},
    ),
    "a pickle of its own classes": (
        {"model.pkl": b"\x80\x02c__main__\nModel\n)\x81}b."},
        {("approve", "main-class")},
    ),
    "a damaged pickle": (
        {"model.pkl": pickle.dumps({"a": 1})[:-1]},
        {("refuse", "pickle-not-allowed")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_case_gets_its_findings_and_no_others(name: str, pack: Pack) -> None:
    files, wanted = CASES[name]
    findings = inspect([pack(files)]).findings
    assert {(finding.grade, finding.rule) for finding in findings} == wanted
    assert all(finding.message.endswith(".") and finding.remedy for finding in findings)


def test_findings_come_gravest_first(pack: Pack) -> None:
    files = {
        "model.joblib": b"\x80\x02c__main__\nModel\n)\x81}b.",
        "hostile.pkl": b"cos\nsystem\n.",
        "config.joblib": SKLEARN % b"1.3.0",
        "._x": b"x",
    }
    grades = [finding.grade for finding in inspect([pack(files)]).findings]
    assert grades == sorted(grades, key=["refuse", "approve", "warn", "note"].index)
    assert inspect([pack(files)]).refused


def test_an_archive_larger_than_the_disk_is_refused(pack: Pack) -> None:
    inspection = inspect([pack({"xgboost-model": BOOSTER % b"1,7,6"})], disk=10)
    assert [finding.rule for finding in inspection.findings] == ["disk-too-small"]


def test_weights_before_configuration_are_noted(pack: Pack) -> None:
    header = b'{"a":{"dtype":"U8","shape":[10000001],"data_offsets":[0,10000001]}}'
    files = {
        "model.safetensors": bytes([len(header)]) + bytes(7) + header + bytes(10_000_001),
        "config.json": BERT,
        "vocab.txt": b"",
    }
    rules = [finding.rule for finding in inspect([pack(files)]).findings]
    assert rules == ["weights-first"]
