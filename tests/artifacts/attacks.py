"""Hostile files of every kind that a loader of SageMaker's images would fall for.

Each is a dict of an archive's members. The payload is `os.system("true")`; nothing is ever loaded.
The scan's tests and its benchmark read them.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib

SYSTEM = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."
SCRIPT = b"import joblib\ndef model_fn(folder): return joblib.load(folder + '/model.joblib')\n"
BOOSTER = struct.pack("<fIiiiII", 0.5, 4, 0, 0, 0, 1, 7) + bytes(108) + struct.pack("<Q", 10)
LEGACY = BOOSTER + b"reg:linear" + bytes(400)


def short(data: bytes) -> bytes:
    """As pickle's SHORT_BINBYTES or BINBYTES, which pushes it."""
    return b"B" + struct.pack("<I", len(data)) + data


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return buffer.getvalue()


def v7(files: dict[str, bytes]) -> bytes:
    """A tar of before ustar: no magic, only a checksum."""
    data = bytearray(tarred(files))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


def npy(header: str, data: bytes) -> bytes:
    text = header.encode("latin-1").ljust(118 - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def zfile(data: bytes) -> bytes:
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


def keras(config: bytes, **more: bytes) -> bytes:
    names = {"metadata.json": b'{"keras_version": "3.4.0"}', "config.json": config}
    return zipped({**names, **more})


def layer(module: str, name: str, config: object = None) -> bytes:
    inner = {"module": module, "class_name": name, "config": config, "registered_name": None}
    outer = {"module": "keras", "class_name": "Sequential", "config": {"layers": [inner]}}
    return json.dumps(outer).encode()


def hdf5(config: bytes, before: bytes = b"") -> bytes:
    body = b"\x89HDF\r\n\x1a\n" + bytes(200) + before + b"keras_version\x003.4.0\x00"
    return body + b"model_config\x00" + config + bytes(64)


def safetensors(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def named(module: str, name: str, argument: bytes = b"X\x04\x00\x00\x00true") -> bytes:
    parts = (b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name))
    return b"\x80\x04" + b"".join(parts) + b"\x93" + argument + b"\x85R."


def escaped(text: str) -> bytes:
    return "".join(f"\\u{ord(letter):04X}" for letter in text).encode()


TENSOR = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
LAMBDA = b'{"class_name": "Lambda", "config": {}}'
OWN = {"code/inference.py": SCRIPT, "code/mylib.py": b"from os import system\nclass Log: pass\n"}
_PREFIX = b"\x80\x02" + short(LEGACY) + b"0"

ATTACKS: dict[str, dict[str, bytes]] = {
    # A pickle that begins as something else, and the other way round.
    "legacy booster in a string": {"xgboost-model": _PREFIX + SYSTEM[2:]},
    "legacy booster without protocol": {"xgboost-model": short(LEGACY) + b"0" + SYSTEM[2:]},
    "string longer than any window": {
        "xgboost-model": b"B" + struct.pack("<I", 3_000_000) + bytes(3_000_000) + b"0" + SYSTEM
    },
    "unicode line longer than any window": {
        "weights.bin": b"V" + b"x" * 300_000 + b"\n0" + SYSTEM[2:]
    },
    "first opcode is a number": {"xgboost-model": b"K\x010" + SYSTEM},
    "first opcode is a mark": {"model": b"(0" + SYSTEM[2:]},
    "first opcode is an empty dict": {"state": b"}0" + SYSTEM[2:]},
    "first opcode is a frame": {"state": b"\x95" + struct.pack("<Q", 500) + SYSTEM[2:]},
    "first opcode is a long": {"blob": b"\x8a\x01\x050" + SYSTEM},
    "first opcode is a float": {"blob": b"G" + bytes(8) + b"0" + SYSTEM},
    "no protocol, by INST": {"blob": b"(S'true'\nios\nsystem\n."},
    "no protocol, by OBJ": {"blob": b"(cos\nsystem\nS'true'\no."},
    "second pickle behind a harmless one": {"blob": pickle.dumps([1, 2], 0) + SYSTEM},
    "text that is a pickle": {"README.md": b"cos\nsystem\n(S'true'\ntR."},
    "a script that is a pickle": {"data.json": b"cposix\nsystem\n(S'true'\ntR."},
    "memo in no order": {"blob": b"Np8\n0N\x940" + SYSTEM[2:]},
    "more marks than are followed": {"blob": b"(" * 20_000 + SYSTEM[2:]},
    "a longer number than is read": {"blob": b"I" + b"7" * 2000 + b"\n0" + SYSTEM[2:]},
    "numbers that end before their line": {
        "blob": b"I5\0x\n0L5\0xL\n0F5\0x\n0Np7\0x\n0g7\0x\n0" + SYSTEM[2:]
    },
    "state set on a class": {"blob": b"cos\npath\n}X\x01\x00\x00\x00aK\x01sb."},
    "hidden in a leftover": {"._model": SYSTEM, "model.bin": b"x"},
    # Compressions under other names.
    "gzip": {"weights.bin": gzip.compress(SYSTEM, mtime=0)},
    "zlib, level 1": {"weights.dat": zlib.compress(SYSTEM, 1)},
    "zlib, level 9": {"weights.json": zlib.compress(SYSTEM, 9)},
    "bz2": {"weights": bz2.compress(SYSTEM)},
    "xz": {"weights.txt": lzma.compress(SYSTEM)},
    "lzma": {"vocab": lzma.compress(SYSTEM, format=lzma.FORMAT_ALONE)},
    "zfile": {"model.py": zfile(SYSTEM)},
    "zlib cut short behind the call": {
        "m": zlib.compress(SYSTEM + bytes(range(256)) * 99, 0)[:-9000]
    },
    "gzip in gzip": {"m.bin": gzip.compress(gzip.compress(SYSTEM, mtime=0), mtime=0)},
    "bz2 in xz in zlib": {"m": zlib.compress(lzma.compress(bz2.compress(SYSTEM)))},
    "unusual first opcode, compressed": {"m": zlib.compress(b"K\x010" + SYSTEM)},
    # Archives within.
    "zip in a zip": {"m.pt2": zipped({"a/inner.pt": zipped({"m/data.pkl": SYSTEM})})},
    "four zips deep": {
        "m.zip": zipped({"a": zipped({"b": zipped({"c": zipped({"data.pkl": SYSTEM})})})})
    },
    "deflated zip in a stored zip": {
        "m": zipped({"x.zip": zipped({"m/data.pkl": SYSTEM}, zipfile.ZIP_DEFLATED)})
    },
    "tar in a file": {"model.bin": tarred({"a/model.pkl": SYSTEM})},
    "tar without magic": {"model.bin": v7({"model.pkl": SYSTEM})},
    "tar.gz within": {"code/x.tar.gz": gzip.compress(tarred({"deep/m": SYSTEM}), mtime=0)},
    "zip in a tar in a zip": {"m": zipped({"x": tarred({"y": zipped({"m/data.pkl": SYSTEM})})})},
    "old torch's tar": {"model.pth": tarred({"sys_info": b"N.", "pickle": SYSTEM})},
    "compressed pickle in a zip": {"m.npz": zipped({"a": zlib.compress(SYSTEM)})},
    "zip behind a script": {"tool.bin": b"#!/bin/sh\n" + zipped({"m/data.pkl": SYSTEM})},
    "zip behind tensors": {
        "model.safetensors": safetensors(TENSOR, b"abcd") + zipped({"m/data.pkl": SYSTEM})
    },
    "pickle in a version entry": {"m.pt": zipped({"m/data.pkl": b"\x80\x02}.", "m/x": SYSTEM})},
    # numpy.
    "object array": {"x.npy": npy("{'descr':'|O','fortran_order':False,'shape':(1,)}", SYSTEM)},
    "object array in double quotes": {
        "x.npy": npy('{"descr":"|O","fortran_order":False,"shape":(1,)}', SYSTEM)
    },
    "object array with an escaped code": {
        "x.npy": npy("{'descr':'|\\x4f','fortran_order':False,'shape':(1,)}", SYSTEM)
    },
    "object field of a record": {
        "x.npy": npy("{'descr':[('a','<i4'),('b','|O')],'shape':(1,)}", SYSTEM)
    },
    "object array in a zip in a zip": {
        "x.bin": zipped({"x.npz": zipped({"x.npy": npy("{'descr':'O','shape':(1,)}", SYSTEM)})})
    },
    # Keras.
    "foreign module": {"m.keras": keras(layer("subprocess", "Popen", ["true"]))},
    "foreign module in an escape": {
        "m.keras": keras(layer("os", "X").replace(b"module", escaped("module")))
    },
    "Lambda behind padding": {"m.keras": keras(b" " * 3_000_000 + LAMBDA)},
    "Lambda behind a long list": {"m.keras": keras(b"[" + b"1," * 900_000 + LAMBDA + b"]")},
    "Lambda, escaped": {"m.keras": keras(LAMBDA.replace(b"Lambda", escaped("Lambda")))},
    "Lambda of a package": {"m.keras": keras(layer("keras.layers", "builtins>Lambda"))},
    "Lambda, the name twice": {
        "m.keras": keras(b'{"class_name": "Lambda", "class_name": "Dense"}')
    },
    "Lambda behind much white": {
        "m.keras": keras(b'{"class_name"' + b" " * 9_000 + b': "Lambda"}')
    },
    "configuration in UTF-16": {"m.keras": keras(LAMBDA.decode().encode("utf-16"))},
    "a module that loads torch": {"m.keras": keras(layer("keras.layers", "TorchModuleWrapper"))},
    "a download of Keras's own": {"m.keras": keras(layer("keras.utils", "get_file", "x"))},
    "a switch of Keras's own": {
        "m.keras": keras(layer("keras.config", "enable_unsafe_deserialization"))
    },
    "a built-in function": {
        "m.keras": keras(layer("builtins", "function", "eval")),
    },
    "a vocabulary in a file": {
        "m.keras": keras(layer("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}))
    },
    "Keras's zip under another name": {"weights.zip": zipped({"config.json": LAMBDA})},
    "Keras's folder": {"m/config.json": layer("os", "Popen"), "m/model.weights.h5": b"x"},
    "weights that are a pickle": {"m.keras": keras(b"{}", **{"model.weights.h5": SYSTEM})},
    "Lambda in HDF5, far behind": {"m.h5": hdf5(b"0" * 2_000_000 + LAMBDA)},
    "Lambda in HDF5, escaped": {"m.h5": hdf5(LAMBDA.replace(b"class_name", escaped("class_name")))},
    "Lambda in HDF5, behind an unclosed string": {"m.h5": hdf5(LAMBDA, b'{"aaaa')},
    "foreign module in HDF5": {"m.hdf5": hdf5(layer("os", "Popen"))},
    "HDF5 behind a user block": {"m.bin": bytes(512) + hdf5(LAMBDA)},
    "HDF5 behind a large user block": {"m.bin": bytes(65_536) + hdf5(LAMBDA)},
    # safetensors.
    "header longer than the file": {"m.safetensors": struct.pack("<Q", 2**60) + b'{"'},
    "tensors that overlap": {
        "m.safetensors": safetensors(
            b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},'
            b'"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
            b"abcd",
        )
    },
    "a shape that is no size": {
        "m.safetensors": safetensors(TENSOR.replace(b"[4]", b"[5]"), b"abcd")
    },
    "a name twice": {"m.safetensors": safetensors(TENSOR[:-1] + b"," + TENSOR[1:], b"abcd")},
    "bytes behind the tensors": {"m.safetensors": safetensors(TENSOR, b"abcd" + SYSTEM)},
    # What nobody vouches for, whoever says so.
    "what the own module imports": {**OWN, "model.joblib": named("mylib", "os.system")},
    "a process under a pinned name": {
        **OWN,
        "code/requirements.txt": b"subprocess==1.0\n",
        "model.joblib": named("subprocess", "getoutput"),
    },
    "own module named like the standard library": {
        **OWN,
        "code/subprocess.py": b"def getoutput(x): pass\n",
        "model.joblib": named("subprocess", "getoutput"),
    },
    "own module named like an image's": {
        **OWN,
        "code/numpy.py": b"def load(x): pass\n",
        "model.joblib": named("numpy", "load"),
    },
    "a payload in an own class's state": {
        **OWN,
        "model.joblib": b"\x80\x02cmylib\nLog\n)\x81" + SYSTEM[2:-1] + b"b.",
    },
    "a pickle in bytes for an own class": {
        **OWN,
        "model.joblib": b"\x80\x02cmylib\nLog\n)\x81" + short(SYSTEM) + b"b.",
    },
    "torch's loader": {"m.pkl": named("torch", "load")},
    "joblib's loader": {"m.pkl": named("joblib.numpy_pickle", "load")},
    "numpy's evaluator": {"m.pkl": named("numpy.f2py.crackfortran", "myeval")},
    "pandas' reader": {"m.pkl": named("pandas.io.pickle", "read_pickle")},
    "a template engine": {"m.pkl": named("jinja2", "Template")},
    "cloudpickle's loader": {"m.pkl": named("cloudpickle.cloudpickle", "loads", short(SYSTEM))},
    "dill's loader": {"m.pkl": named("dill._dill", "loads", short(SYSTEM))},
}
