"""What was uploaded in place of an archive, told by its first bytes: the name, and the rule."""

from __future__ import annotations

import json
import re
from typing import Final

_TAR: Final = re.compile(rb"(?s).{257}ustar")
_ERROR_CODE: Final = re.compile(rb"<Error>.*?<Code>([A-Za-z.]{1,60})</Code>", re.DOTALL)
_JSON_ERROR: Final = re.compile(rb'"(error|errors|errorMessage|message|Message|__type|detail)"\s*:')
_ZIPPED_MODEL: Final = re.compile(
    rb"(?s)PK\x03\x04.{26}(?:(?P<torch>[^/\0]{1,100}/(?:data\.pkl|version|\.format_version|"
    rb"\.data/|byteorder|constants\.pkl|code/))|(?P<keras>metadata\.json|config\.json)|"
    rb"(?P<npz>[\w.-]{1,100}\.npy)|(?P<mxnet>mx-mod|params|manifest\.json))"
)
_ZIPPED_NAMES: Final = {
    "torch": "a PyTorch file",
    "keras": "a .keras file",
    "npz": "a numpy .npz file",
    "mxnet": "a built-in algorithm's model",
}
# First bytes and what starts with them, in the order in which they are tried.
_MODELS: Final = (
    (rb"\x80[\x00-\x05]\x8a\x0al\xfc\x9cF\xf9", "a PyTorch file"),
    (rb"\x80[\x00-\x05]", "a pickle or joblib file"),
    (rb"x[\x01\x5e\x9c\xda]", "a joblib file that zlib compressed"),
    (rb"(c__builtin__\n|ccopy_reg\n|ccopyreg\n|\(?[ci][\w.]+\n[\w.]+\n|\([dl]p\d)", "a pickle"),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras's .h5 is"),
    (rb"\x93NUMPY", "a numpy .npy file"),
    (rb"CBM1", "a CatBoost model"),
    (rb"tree\nversion=v", "a LightGBM model"),
    (rb"binf|\{L\x00{7}", "an XGBoost model"),
    (rb"\{\s*\"(learner|version)\"\s*:", "an XGBoost model in JSON"),
    (rb".{7}\x00\{\s*\"", "a safetensors file"),
    (rb"\x08[\x01-\x14](\x12|\x3a|\x42)", "an ONNX model"),
    (rb"(?s)\x12\x01.{6}", "MXNet parameters"),
    (rb"\x0a.{0,3}\x0a?.{0,12}TFL3|.{4}TFL3", "a TensorFlow Lite model"),
)
_OTHERS: Final = (
    (rb"version https://git-lfs\.github\.com/", "lfs-pointer", ""),
    (rb"PK[\x03\x05]", "zip", ""),
    (rb"BZh", "other-compression", "bzip2"),
    (rb"\xfd7zXZ\x00", "other-compression", "xz"),
    (rb"\x28\xb5\x2f\xfd", "other-compression", "zstd"),
    (rb"\x04\x22\x4d\x18", "other-compression", "lz4"),
    (rb"\x1f\x9d", "other-compression", "compress"),
    (rb"7z\xbc\xaf\x27\x1c", "other-archive", "7z"),
    (rb"Rar!\x1a\x07", "other-archive", "rar"),
    (rb"(?i)\s*<(!doctype\s+html|html|head|body)\b", "html-page", ""),
)


def what_else(head: bytes) -> tuple[str, str]:
    """The rule that `head` (the first bytes of a file, 512 at best) breaks, and a detail of it."""
    if not head:
        return "empty-object", ""
    if _TAR.match(head):
        return "plain-tar", ""
    if found := _ZIPPED_MODEL.match(head):
        return "bare-model", _ZIPPED_NAMES[str(found.lastgroup)]
    for magic, rule, detail in _OTHERS:
        if re.match(magic, head):
            return rule, detail
    if name := model_by_itself(head):
        return "bare-model", name
    return _message(head)


def model_by_itself(head: bytes) -> str:
    """What kind of model file starts so, or ""."""
    return next((name for magic, name in _MODELS if re.match(magic, head)), "")


def _message(head: bytes) -> tuple[str, str]:
    """What somebody's server said instead of giving the file."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"<?xml", b"<Error")):
        code = _ERROR_CODE.search(text)
        return ("s3-error", code[1].decode()) if code else ("xml-document", "")
    if text[:1] not in (b"{", b"["):
        return "not-gzip", ""
    if _JSON_ERROR.search(text):
        return "json-error", _said(text)
    return "json-document", ""


def _said(text: bytes) -> str:
    """A short error as it stands; nothing of one that is cut off."""
    try:
        return json.dumps(json.loads(text))[:200]
    except (ValueError, RecursionError):
        return ""
