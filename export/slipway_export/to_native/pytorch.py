"""PyTorch and Hugging Face weights as safetensors, without unpickling."""

import json
import re
from typing import Final

from slipway.artifacts.archives.zips import MAGIC as ZIP
from slipway.artifacts.formats.safetensors import is_safetensors
from slipway.artifacts.members.pickled import looks_pickled

from slipway_export.model import Export, ExportRefused, Model
from slipway_export.to_native import safetensors_files
from slipway_export.to_native.as_they_are import NOTE, is_code
from slipway_export.to_native.torch_files import Strided, TorchFile, read
from slipway_export.to_native.torch_tensors import gathered, named, prove

_WEIGHTS: Final = re.compile(r"(.*/)?(pytorch_)?(?P<stem>model(-\d+-of-\d+)?)\.(bin|pt|pth)")
_INDEX: Final = "pytorch_model.bin.index.json"


def convert(model: Model) -> Export:
    """model.safetensors of the one file of weights."""
    return _converted({"model.safetensors": model.content}, {})


def convert_transformer(model: Model) -> Export:
    """The folder that from_pretrained reads, its weights as safetensors.

    Other pickles (training_args.bin, optimizers) and code are left out.
    """
    members = {name: content for name, content in model.members.items() if not is_code(name)}
    ready = [name for name, content in members.items() if is_safetensors(content[:16])]
    pickled = {n: c for n, c in members.items() if c.startswith(ZIP) or looks_pickled(n, c[:64])}
    plain = {n: c for n, c in members.items() if n not in pickled and not n.endswith(_INDEX)}
    weights = {n: c for n in pickled if (c := pickled[n]) and _WEIGHTS.fullmatch(n)}
    if ready:
        left = ", ".join(sorted(pickled))
        return Export(plain, note=NOTE + (f"; pickles are left out: {left}" if left else ""))
    if not weights:
        raise ExportRefused("it holds no weights of a usual name, such as pytorch_model.bin")
    if (index := members.get(_INDEX)) is not None:
        plain["model.safetensors.index.json"] = _renamed(index)
    return _converted({_named(name): held for name, held in weights.items()}, plain)


def _named(name: str) -> str:
    """pytorch_model.bin is model.safetensors, and so is each part of several."""
    match = _WEIGHTS.fullmatch(name)
    return f"{match['stem']}.safetensors" if match else name


def _renamed(index: bytes) -> bytes:
    try:
        document = json.loads(index)
        document["weight_map"] = {k: _named(str(v)) for k, v in document["weight_map"].items()}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ExportRefused(f"{_INDEX} is malformed: {error!r}") from error
    return json.dumps(document, indent=2).encode()


def _converted(weights: dict[str, bytes], plain: dict[str, bytes]) -> Export:
    tensors: dict[str, Strided] = {}
    storages: dict[str, bytes] = {}
    written: dict[str, bytes] = {}
    beside = 0
    for number, (name, content) in enumerate(weights.items()):
        file = read(content)
        found, more = named(file.root)
        beside += more
        written[name] = safetensors_files.written(gathered(found, file))
        storages |= {f"{number} {key}": held for key, held in file.storages.items()}
        for tensor, place in found.items():
            if tensor in tensors:
                raise ExportRefused(f"two of its files hold the tensor {tensor}")
            tensors[tensor] = place.within(f"{number} {place.storage}")
    proof = prove(tensors, TorchFile(None, storages), written)
    note = f"{beside} values that are no tensors of the model are left out" if beside else ""
    return Export({**plain, **written}, proof, note)
