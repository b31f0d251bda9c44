"""What a Keras configuration would have Keras import, at whatever length and in what spelling.

The text is read as it passes, all of it, and each `"class_name"`, `"module"` and their like is
taken as JSON takes it (`\\u0063lass_name` is `class_name`), wherever it stands: Keras makes an
object of every such pair that it meets, and imports the module for it (`deserialize_keras_object`
in keras/src/saving/serialization_lib.py).
"""

from __future__ import annotations

import json
import re
from typing import Final

from slipway.artifacts.findings import Finding

_KEYS: Final = ("class_name", "module", "config", "vocabulary", "registered_name")
_SPACE: Final = rb"[ \t\r\n]{0,256}"
_OVERLAP: Final = 4096
_MOST: Final = 8
_OWN: Final = re.compile(
    r"(keras|keras\.src|tf_keras|tf_keras\.src|tensorflow\.keras|tensorflow\.python\.keras)"
    r"(\.(activations|applications|backend|constraints|dtype_policies|engine|initializers|layers|"
    r"losses|metrics|mixed_precision|models|ops|optimizers|random|regularizers|activation)"
    r"(\.\w+)*)?"
)
_CLASS: Final = re.compile(r"([\w-]+>)?_?[A-Z]\w*|function|__(tuple|numpy|tensor|keras_tensor)__")
_CODE: Final = ("Lambda", "__lambda__")
_LOADERS: Final = ("FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper")
_BUILT_IN: Final = (
    "__import__ breakpoint compile delattr eval exec getattr globals input open setattr vars"
)


def _spelled(word: str) -> bytes:
    """A pattern of a JSON string in any of its spellings."""
    letters = []
    for letter in word:
        code = "".join(
            f"[{digit}{digit.upper()}]" if digit.isalpha() else digit
            for digit in f"{ord(letter):04x}"
        )
        letters.append(f"(?:{letter}|\\\\u{code})".encode())
    return b"".join(letters)


_NAMED: Final = re.compile(
    b'"(?:'
    + b"|".join(b"(?P<%s>%s)" % (key.encode(), _spelled(key)) for key in _KEYS)
    + b')"(?:'
    + _SPACE
    + b":"
    + _SPACE
    + rb'(?:"(?P<text>(?:[^"\\]|\\.){0,512})(?P<end>"?)|[^ \t\r\n"])|(?P<far>[ \t\r\n]{257}))',
    re.DOTALL,
)


class KerasConfig:
    """Feed it the whole text; `foreign` is what Keras would make that is not its own."""

    def __init__(self) -> None:
        self.foreign: list[str] = []
        self.code = False
        self.first = ""
        self._held = b""
        self._modules = False
        self._small: list[str] = []

    @property
    def imports(self) -> bool:
        """Whether it names both modules and classes, as configurations of Keras 3 do."""
        return self._modules and bool(self.first)

    def feed(self, data: bytes) -> None:
        """The next part."""
        self._held += data
        self._take(len(self._held) - _OVERLAP)

    def finish(self) -> None:
        """The text has ended."""
        self._take(len(self._held))
        if self._modules:
            self.foreign += self._small
        del self.foreign[_MOST:]

    def _take(self, end: int) -> None:
        at = 0
        while at < end and (found := _NAMED.search(self._held, at)) and found.start() < end:
            key = next(key for key in _KEYS if found[key] is not None)
            text = found["text"]
            if found["far"] is not None or (text is not None and not found["end"]):
                self._judge_long(key)
            elif text is not None:
                self._judge(key, _unescaped(text))
            at = found.end("far") if found["far"] is not None else found.start() + 1
        self._held = self._held[max(end, 0) :] if end > 0 else self._held

    def _judge_long(self, key: str) -> None:
        if key in ("class_name", "module"):
            self.foreign.append(f"a {key} that is longer than any")

    def _judge(self, key: str, text: str) -> None:
        if key == "class_name":
            self._judge_class(text)
        elif key == "module":
            self._modules = True
            if text != "builtins" and not _OWN.fullmatch(text):
                self.foreign.append(f"the module {text[:80]}")
        elif key == "config" and text in _BUILT_IN.split():
            self.foreign.append(f"the function {text}")
        elif key == "vocabulary" and text:
            self.foreign.append(f"a vocabulary in the file {text[:80]}")

    def _judge_class(self, text: str) -> None:
        self.first = self.first or text[:80]
        name = text.rpartition(">")[2]
        self.code = self.code or name in _CODE
        if name in _LOADERS:
            self.foreign.append(f"the class {name}, which loads other files' code")
        elif name not in _CODE and not _CLASS.fullmatch(text):
            self._small.append(f"the class {text[:80]}")

    def findings(self, member: str) -> tuple[Finding, ...]:
        """Why it may not be loaded."""
        found = [_lambda(member)] if self.code else []
        if self.foreign:
            found.append(_foreign(member, self.foreign))
        return tuple(found)


def _unescaped(text: bytes) -> str:
    try:
        return str(json.loads(b'"' + text + b'"', strict=False))
    except ValueError:
        return "?"


def _lambda(member: str) -> Finding:
    """Keras keeps the code of Lambda layers as marshalled Python bytecode."""
    return Finding(
        "refuse",
        "keras-lambda",
        member,
        "It has a Lambda layer, which is Python bytecode that loading the model runs.",
        "replace the Lambda layer by a layer class or export the model as a SavedModel",
    )


def _foreign(member: str, names: list[str]) -> Finding:
    return Finding(
        "refuse",
        "keras-foreign-class",
        member,
        f"Its configuration names what is not Keras's own, which loading it imports and calls: "
        f"{', '.join(dict.fromkeys(names))}.",
        "export the model as a SavedModel, `model.export('1')`, which needs no classes",
    )
