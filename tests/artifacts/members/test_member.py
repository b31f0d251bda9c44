"""Every kind is told from faithfully written bytes, with its version and what it says of itself."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
from slipway.artifacts import Inspection, inspect

Pack = Callable[..., bytes]
Real = Callable[[str], bytes]


def u4(number: int) -> bytes:
    return struct.pack("<I", number)


def u8(number: int) -> bytes:
    return struct.pack("<Q", number)


def ndarrays(arrays: list[tuple[str, tuple[int, ...]]], *, named: bool = True) -> bytes:
    body = u8(0x112) + u8(0) + u8(len(arrays))
    for _, shape in arrays:
        count = 1
        for side in shape:
            count *= side
        body += u4(0xF993FAC9) + u4(0) + u4(len(shape)) + b"".join(map(u8, shape))
        body += struct.pack("<iii", 1, 0, 0) + bytes(4 * count)
    names = [name.encode() for name, _ in arrays] if named else []
    return body + u8(len(names)) + b"".join(u8(len(name)) + name for name in names)


def symbol(*operators: str, version: int = 10301) -> bytes:
    nodes = [{"op": name, "name": name.lower(), "inputs": []} for name in ("null", *operators)]
    attributes = {"mxnet_version": ["int", version]}
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [], "attrs": attributes}).encode()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return data.getvalue()


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def saved_model(version: bytes = b"2.13.0") -> bytes:
    shape = field(2, field(1, 2**64 - 1)) + field(2, field(1, 4))
    tensor = field(1, b"x:0") + field(2, 1) + field(3, shape)
    inputs, outputs = field(1, b"x") + field(2, tensor), field(1, b"y") + field(2, tensor)
    signature = field(1, inputs) + field(2, outputs) + field(3, b"tensorflow/serving/predict")
    info = field(4, b"serve") + field(5, version)
    graph = (
        field(1, info)
        + field(2, bytes(100_000))
        + field(5, field(1, b"serving_default") + field(2, signature))
    )
    return field(1, 1) + field(2, graph)


def onnx() -> bytes:
    shape = field(1, field(2, b"N")) + field(1, field(1, 4))
    value = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, shape)))
    graph = field(1, b"node") + field(2, b"g") + field(5, bytes(100_000))
    graph += field(11, value) + field(12, value)
    return field(1, 8) + field(2, b"unit") + field(7, graph) + field(8, field(2, 17))


def legacy_booster(major: int, minor: int) -> bytes:
    header = struct.pack("<fIiiiII", 0.5, 13, 0, 0, 0, major, minor).ljust(136, b"\0")
    return header + u8(10) + b"reg:linear" + bytes(200)


def json_booster(version: list[int]) -> bytes:
    parameters = {"base_score": "5E-1", "num_class": "3", "num_feature": "7"}
    learner = {
        "gradient_booster": {"model": {"trees": ["x" * 100_000]}},
        "learner_model_param": parameters,
        "objective": {"name": "multi:softprob"},
    }
    document = {"learner": learner, "version": version}
    return json.dumps(document, separators=(",", ":")).encode()


def ubj_text(value: bytes) -> bytes:
    return b"L" + struct.pack(">Q", len(value)) + value


def ubj_booster(version: tuple[int, int, int]) -> bytes:
    parameters = b"".join(
        ubj_text(name) + b"S" + ubj_text(value)
        for name, value in ((b"num_class", b"0"), (b"num_feature", b"5"))
    )
    numbers = b"".join(b"i" + bytes([part]) for part in version)
    return (
        b"{"
        + ubj_text(b"learner")
        + b"{"
        + ubj_text(b"learner_model_param")
        + b"{"
        + parameters
        + b"}"
        + ubj_text(b"objective")
        + b"{"
        + ubj_text(b"name")
        + b"S"
        + ubj_text(b"binary:logistic")
        + b"}}"
        + ubj_text(b"version")
        + b"[#L"
        + struct.pack(">Q", 3)
        + numbers
        + b"}"
    )


def pickled_booster(handle: bytes) -> bytes:
    return (
        b"\x80\x03cxgboost.core\nBooster\nq\x00)\x81q\x01}q\x02(X\x06\x00\x00\x00handleq\x03"
        b"cbuiltins\nbytearray\nq\x04B" + u4(len(handle)) + handle + b"q\x05\x85q\x06Rq\x07ub."
    )


def serialized(version: list[int]) -> bytes:
    """What XGBoost 1.x keeps in a pickle: the legacy form, then its configuration."""
    config = json.dumps({"learner": {}, "version": version}, separators=(",", ":")).encode()
    model = legacy_booster(version[0], version[1])
    return b"CONFIG-offset:" + u8(len(model)) + model + config


def torch_pickle(*, storage: bytes = b"FloatStorage") -> bytes:
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n"
        + storage
        + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK\x00K\x03K\x02\x86K\x02K\x01\x86\x89"
        b"ccollections\nOrderedDict\n)RtR"
    )
    return b"\x80\x02ccollections\nOrderedDict\n)R(X\x06\x00\x00\x00weight" + tensor + b"u."


def torch_zip(*extra: str) -> bytes:
    files = {
        "model/data.pkl": torch_pickle(),
        "model/data/0": b"\x80\x02cos\nsystem\n.",
        "model/version": b"3\n",
    }
    return zipped(files | dict.fromkeys((f"model/{name}" for name in extra), b"\x80\x02)."))


def legacy_torch() -> bytes:
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    body = b"".join(pickle.dumps(part, 2) for part in parts)
    return body + torch_pickle() + pickle.dumps(["0"], 2) + u8(6) + bytes(24)


def safetensors() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}}).encode()
    return u8(len(header)) + header + bytes(24)


def keras_zip(layer: str = "Dense") -> bytes:
    config = {"class_name": "Sequential", "config": {"layers": [{"class_name": layer}]}}
    metadata = {"keras_version": "3.3.3"}
    files = {"metadata.json": metadata, "config.json": config}
    return zipped({name: json.dumps(document).encode() for name, document in files.items()})


def hdf5(layer: str = "Dense") -> bytes:
    config = json.dumps({"class_name": "Functional", "config": [{"class_name": layer}]}).encode()
    return b"\x89HDF\r\n\x1a\n" + bytes(90) + b"keras_version\0\0\0" + b"2.11.0\0" + config


def npy(descr: str, data: bytes) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (3,), }}\n".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + data


LEARNER = {
    "mx-mod-symbol.json": symbol("dot", "broadcast_add", "LinearRegressionOutput"),
    "mx-mod-0000.params": ndarrays([("arg:fc0_weight", (13, 1)), ("arg:fc0_bias", (1, 1))]),
    "manifest.json": b'{"additional-params.json":"json","mx-mod":"mxnet_module","version":1}',
    "additional-params.json": b'{"loss_type":"squared_loss","predictor_type":"regressor"}',
}
MACHINE = {
    "symbol.json": symbol("dot"),
    "params": ndarrays([("arg:v", (50, 8)), ("arg:w1_weight", (50, 1)), ("arg:w0_weight", (1,))]),
    "meta.json": b'{"training_parameters":{"predictor_type":"regressor","feature_dim":"50"}}',
}
DENSE_MACHINE = {
    "symbol.json": symbol("dot"),
    "params": ndarrays(
        [
            ("arg:v", (8, 50)),
            ("arg:Linear_Plus_Bias_weight", (1, 50)),
            ("arg:Linear_Plus_Bias_bias", (1,)),
        ]
    ),
}

BERT = json.dumps(
    {
        "model_type": "bert",
        "architectures": ["BertForTokenClassification"],
        "transformers_version": "4.49.0",
    }
).encode()
LIGHTGBM = b"tree\nversion=v4\nnum_class=3\nmax_feature_idx=6\nobjective=multiclass num_class:3\n"
BUNDLE = b'{"uid":"u","name":"p","format":"json","version":"0.9.6"}'
SEGMENTATION = b'{"algorithm":"fcn","backbone":"resnet-50","num_classes":"21"}'
IMAGES = symbol("Convolution", "FullyConnected", "SoftmaxOutput")
BOXES = symbol("Convolution", "_contrib_MultiBoxDetection", version=10400)

Case = tuple[dict[str, bytes], str, str, dict[str, Any]]
CASES: dict[str, Case] = {
    "Linear Learner": (
        {"model_algo-1": zipped(LEARNER)},
        "linear-learner",
        "1.3.1",
        {"predictor_type": "regressor", "n_features": 13, "task": "regression"},
    ),
    "Factorization Machines": (
        {"model_algo-1": zipped(MACHINE)},
        "factorization-machines",
        "1.3.1",
        {"n_features": 50, "factors": 8, "predictor_type": "regressor"},
    ),
    "Factorization Machines, dense": (
        {"model_algo-1": zipped(DENSE_MACHINE)},
        "factorization-machines",
        "1.3.1",
        {"n_features": 50, "factors": 8},
    ),
    "PCA": (
        {"model_algo-1": ndarrays([("mean", (1, 13)), ("v", (13, 3)), ("s", (3,))])},
        "pca",
        "",
        {"n_features": 13, "components": 3},
    ),
    "K-Means": (
        {
            "model_algo-1": ndarrays([("", (10, 784))], named=False),
            "state_1": ndarrays([("0", (10,)), ("1", (10,))]),
        },
        "kmeans",
        "",
        {"clusters": 10, "n_features": 784},
    ),
    "Image Classification": (
        {
            "image-classification-symbol.json": IMAGES,
            "image-classification-0010.params": ndarrays([("arg:fc1_weight", (257, 64))]),
            "model-shapes.json": b'[{"shape":[16,3,224,224],"name":"data"}]',
        },
        "image-classification",
        "1.3.1",
        {"classes": 257, "task": "multiclass classification"},
    ),
    "Object Detection": (
        {
            "model_algo_1-symbol.json": BOXES,
            "model_algo_1-0000.params": ndarrays([("arg:w", (2, 2))]),
            "hyperparams.json": b'{"base_network":"resnet-50"}',
        },
        "object-detection",
        "1.4.0",
        {},
    ),
    "Semantic Segmentation": (
        {"model_algo-1": ndarrays([("w", (2, 2))]), "hyperparams.json": SEGMENTATION},
        "semantic-segmentation",
        "",
        {"algorithm": "fcn", "backbone": "resnet-50"},
    ),
    "MXNet": (
        {"model-symbol.json": IMAGES, "model-0000.params": ndarrays([("arg:w", (2, 2))])},
        "mxnet",
        "1.3.1",
        {},
    ),
    "XGBoost legacy of 0.90": (
        {"xgb.model": legacy_booster(0, 0)},
        "xgboost",
        "0.90",
        {"n_features": 13},
    ),
    "XGBoost legacy of 1.2": (
        {"m": b"binf" + legacy_booster(1, 2)},
        "xgboost",
        "1.2",
        {"n_features": 13},
    ),
    "XGBoost JSON": (
        {"xgboost-model": json_booster([3, 1, 0])},
        "xgboost",
        "3.1.0",
        {"n_features": 7, "n_classes": 3, "objective": "multi:softprob"},
    ),
    "XGBoost JSON, indented with its version first": (
        {"m.json": b'{\n "version": [1, 7, 6],\n "learner": {"attributes": {}}\n}'},
        "xgboost",
        "1.7.6",
        {},
    ),
    "XGBoost UBJSON": (
        {"xgboost-model": ubj_booster((2, 1, 4))},
        "xgboost",
        "2.1.4",
        {"n_features": 5, "objective": "binary:logistic"},
    ),
    "XGBoost pickle of 0.90": (
        {"xgboost-model": pickled_booster(legacy_booster(0, 0))},
        "xgboost",
        "0.90",
        {"class": "xgboost.core.Booster", "booster": "legacy", "n_features": 13},
    ),
    "XGBoost pickle of 1.5": (
        {"xgboost-model": pickled_booster(serialized([1, 5, 2]))},
        "xgboost",
        "1.5.2",
        {"class": "xgboost.core.Booster"},
    ),
    "XGBoost pickle of 3.2": (
        {"xgboost-model": pickled_booster(ubj_booster((3, 2, 0)))},
        "xgboost",
        "3.2.0",
        {"booster": "ubjson", "n_features": 5},
    ),
    "TensorFlow": (
        {"1/saved_model.pb": saved_model(), "1/variables/variables.index": b""},
        "tensorflow",
        "2.13.0",
        {
            "tags": ["serve"],
            "signatures": {
                "serving_default": {
                    "inputs": {"x": {"dtype": "float32", "shape": [None, 4]}},
                    "outputs": {"y": {"dtype": "float32", "shape": [None, 4]}},
                    "method": "tensorflow/serving/predict",
                }
            },
        },
    ),
    "Keras zip": ({"m.keras": keras_zip()}, "keras", "3.3.3", {"class": "Sequential"}),
    "Keras HDF5": ({"m.h5": hdf5()}, "keras", "2.11.0", {"class": "Functional"}),
    "PyTorch zip": (
        {"m.pth": torch_zip()},
        "pytorch",
        "",
        {"tensors": 1, "shapes": {"weight": [3, 2]}},
    ),
    "PyTorch legacy": ({"m.pth": legacy_torch()}, "pytorch", "", {"shapes": {"weight": [3, 2]}}),
    "TorchScript": ({"model.pt": torch_zip("constants.pkl")}, "torchscript", "", {}),
    "safetensors": ({"m.safetensors": safetensors()}, "safetensors", "", {"shapes": {"w": [3, 2]}}),
    "Hugging Face": (
        {"config.json": BERT, "model.safetensors": safetensors(), "vocab.txt": b"[UNK]"},
        "huggingface",
        "4.49.0",
        {"task": "token-classification", "model_type": "bert", "weights": "safetensors"},
    ),
    "SparkML": (
        {"bundle.json": BUNDLE, "root/node.json": b"{}"},
        "sparkml",
        "0.9.6",
        {"bundle": "p"},
    ),
    "ONNX": (
        {"m.onnx": onnx()},
        "onnx",
        "17",
        {"producer": "unit", "inputs": {"x": {"dtype": "float32", "shape": ["N", 4]}}},
    ),
    "LightGBM": ({"m.txt": LIGHTGBM}, "lightgbm", "", {"n_features": 7, "n_classes": 3}),
    "CatBoost": (
        {"m.cbm": b"CBM1" + bytes(99) + b"CatBoost release 1.2.5\n"},
        "catboost",
        "1.2.5",
        {},
    ),
    "CatBoost JSON": (
        {"m.json": b'{"features_info":{},"model_info":{"v":"tags/v1.2.10"}}'},
        "catboost",
        "1.2.10",
        {},
    ),
    "text": ({"README.md": b"hello"}, "unknown", "", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_kind_is_told(name: str, pack: Pack) -> None:
    files, kind, version, details = CASES[name]
    inspection = inspect([pack(files)])
    assert (inspection.kind, inspection.framework_version) == (kind, version)
    assert {key: inspection.details.get(key) for key in details} == details
    refusals = {finding.rule for finding in inspection.findings if finding.grade == "refuse"}
    assert refusals <= {"script-missing"}


@pytest.mark.parametrize("name", CASES)
def test_a_model_cut_short_is_an_inspection_all_the_same(name: str, pack: Pack) -> None:
    files = CASES[name][0]
    for cut in (1, 9, 30, 150, 1000):
        cut_files = {name: data[: len(data) - cut] for name, data in files.items()}
        assert isinstance(inspect([pack(cut_files)]), Inspection)


def refusals(inspection: Inspection) -> list[tuple[str, str]]:
    return [
        (finding.rule, finding.member)
        for finding in inspection.findings
        if finding.grade == "refuse"
    ]


SYSTEM = b"\x80\x02cposix\nsystem\n(X\x04\x00\x00\x00truetR."
HIDDEN: dict[str, dict[str, bytes]] = {
    "under any name": {"weights.dat": SYSTEM},
    "protocol 0 under a model's name": {"model.pkl": b"cposix\nsystem\n(S'true'\ntR."},
    "in a torch zip": {"m.pt": zipped({"m/data.pkl": SYSTEM, "m/version": b"3"})},
    "in another entry of a torch zip": {
        "m.pt": zipped({"m/data.pkl": torch_pickle(), "m/extra.bin": SYSTEM})
    },
    "in a deflated zip": {"m.pt": zipped({"m/data.pkl": SYSTEM}, zipfile.ZIP_DEFLATED)},
    "in a zip of another name": {"notes.txt": zipped({"archive/data.pkl": SYSTEM})},
    "as a storage's type": {"m.pt": zipped({"m/data.pkl": torch_pickle(storage=b"load")})},
    "in torch's legacy form": {"m.pth": legacy_torch().replace(torch_pickle(), SYSTEM)},
    "in an array of objects": {"x.npy": npy("|O", SYSTEM)},
    "in an array of a zip": {"x.npz": zipped({"x.npy": npy("|O", SYSTEM)})},
    "in a Lambda layer": {"m.keras": keras_zip("Lambda")},
    "in a Lambda layer of HDF5": {"m.h5": hdf5("Lambda")},
    "beside a good model": {"xgboost-model": ubj_booster((1, 7, 6)), "code/helper.bin": SYSTEM},
}


@pytest.mark.parametrize("name", HIDDEN)
def test_code_is_found_wherever_it_hides(name: str, pack: Pack) -> None:
    files = HIDDEN[name]
    found = refusals(inspect([pack(files)]))
    assert found
    assert {rule for rule, _ in found} & {"pickle-not-allowed", "keras-lambda"}


def test_plain_arrays_and_unknown_zips_are_no_reason_to_refuse(pack: Pack) -> None:
    files = {
        "x.npy": npy("<f8", bytes(24)),
        "x.npz": zipped({"x.npy": npy("<f8", bytes(24))}),
        "assets.zip": zipped({"a.txt": b"x"}, zipfile.ZIP_DEFLATED),
    }
    assert inspect([pack(files)]).findings == ()


def test_a_damaged_model_is_refused_and_a_damaged_resource_only_warned_of(pack: Pack) -> None:
    broken = torch_zip()[:-4]
    assert refusals(inspect([pack({"m.pt": broken})])) == [("member-damaged", "m.pt")]
    inspection = inspect([pack({"tools.jar": broken})])
    assert [(finding.grade, finding.rule) for finding in inspection.findings] == [
        ("warn", "member-damaged")
    ]


def test_real_files_of_the_built_in_algorithms_are_told(pack: Pack, real: Real) -> None:
    inspection = inspect([real("pca/model.tar.gz")])
    assert (inspection.kind, dict(inspection.details)) == (
        "kmeans",
        {"clusters": 8, "n_features": 7},
    )
    files = {
        f"half/123/{name}": real(f"tensorflow/half_plus_two/00000123/{name}")
        for name in ("saved_model.pb", "variables/variables.index")
    }
    inspection = inspect([pack(files)])
    assert (inspection.kind, inspection.framework_version) == ("tensorflow", "1.9.0")
    assert "serving_default" in inspection.details["signatures"]


def test_an_ordered_dict_is_not_mistaken_for_a_model(pack: Pack) -> None:
    assert inspect([pack({"x.pkl": pickle.dumps(OrderedDict(a=1))})]).kind == "unknown"
