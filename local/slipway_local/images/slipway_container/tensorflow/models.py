"""SavedModels of a model folder, run by TensorFlow as TensorFlow Serving does: in a session."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]  # the image has it
from numpy.typing import NDArray
from tensorflow.core.protobuf import config_pb2  # type: ignore[import-untyped]  # as above

from .tensors import InvalidArgument

Array = NDArray[Any]


class NotServed(LookupError):
    """No such model or version; TensorFlow Serving answers 404 with the message."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model can be asked: its method, and its tensors by name."""

    method: str
    inputs: Mapping[str, Any]
    described: Mapping[str, Any]

    @property
    def outputs(self) -> Mapping[str, str]:
        """The name of each output's tensor."""
        return {name: info.name for name, info in self.described.items()}

    def types(self) -> dict[str, np.dtype[Any]]:
        """The type of each input; words are objects."""
        return {
            name: np.dtype(tf.as_dtype(info.dtype).as_numpy_dtype)
            for name, info in self.inputs.items()
        }


class SavedModel:
    """One version of a model, loaded; one thread, as a worker of its own has."""

    def __init__(self, folder: Path) -> None:
        one = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
        )
        self._callables: dict[tuple[tuple[str, ...], ...], Callable[..., list[Any]]] = {}
        graph = tf.Graph()
        with graph.as_default():
            self._session = tf.compat.v1.Session(graph=graph, config=one)
            loader = tf.compat.v1.saved_model.loader
            # relative: TensorFlow asks access(2), which a capability to read the way there is not
            # enough for where the container is below root's own folder
            path = os.path.relpath(folder)
            loaded = loader.load(self._session, [tf.saved_model.SERVING], path)
        self.signatures = {
            name: Signature(
                each.method_name.rpartition("/")[2],
                dict(each.inputs),
                dict(each.outputs),
            )
            for name, each in loaded.signature_def.items()
        }

    def signature(self, name: str) -> Signature:
        """A signature by its name."""
        if name not in self.signatures:
            raise InvalidArgument(f'Serving signature name: "{name}" not found in signature def')
        return self.signatures[name]

    def run(self, signature: Signature, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """The outputs for these inputs; InvalidArgument where TensorFlow refuses them."""
        try:
            values = self._callable(signature)(*(arrays[name] for name in signature.inputs))
        except (tf.errors.OpError, ValueError, TypeError) as error:
            message = error.message if isinstance(error, tf.errors.OpError) else str(error)
            raise InvalidArgument(message) from error
        return dict(zip(signature.outputs, map(np.asarray, values), strict=True))

    def _callable(self, signature: Signature) -> Callable[..., list[Any]]:
        """What runs a signature as TensorFlow Serving does: without `run`'s look at shapes."""
        feeds = tuple(info.name for info in signature.inputs.values())
        fetches = tuple(signature.outputs.values())
        if (feeds, fetches) not in self._callables:
            options = config_pb2.CallableOptions(feed=feeds, fetch=fetches)
            make = self._session._make_callable_from_options  # noqa: SLF001 - nothing public does it
            self._callables[feeds, fetches] = make(options)
        return self._callables[feeds, fetches]


def serialized(features: Mapping[str, list[Any]]) -> bytes:
    """A tf.Example."""
    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        if all(isinstance(value, bytes) for value in values):
            feature.bytes_list.value.extend(values)
        elif all(isinstance(value, int) for value in values):
            feature.int64_list.value.extend(values)
        else:
            feature.float_list.value.extend(values)
    return bytes(example.SerializeToString())


class Models:
    """Models by name, each with the folders of its versions; those but the newest are loaded when
    first asked."""

    def __init__(self, folders: Mapping[str, Mapping[int, Path]]) -> None:
        self._folders = folders
        self._loaded: dict[tuple[str, int], SavedModel] = {}

    def names(self) -> list[str]:
        """The models' names."""
        return list(self._folders)

    def get(self, name: str, version: str | None = None) -> SavedModel:
        """A model's version, a number, or its newest; raises NotServed."""
        return self.loaded(name, version)[1]

    def loaded(self, name: str, version: str | None = None) -> tuple[int, SavedModel]:
        """A model's version, or its newest, and its number; raises NotServed."""
        number = max(self.versions(name, version))
        if (name, number) not in self._loaded:
            self._loaded[name, number] = SavedModel(self._folders[name][number])
        return number, self._loaded[name, number]

    def versions(self, name: str, version: str | None = None) -> list[int]:
        """The numbers of a model's versions, or the one that is asked for; raises NotServed."""
        versions = self._folders.get(name)
        if not versions:
            raise NotServed(f"Servable not found for request: Latest({name})")
        if version and int(version) not in versions:
            raise NotServed(f"Servable not found for request: Specific({name}, {version})")
        return [int(version)] if version else sorted(versions, reverse=True)


def find_models(folder: Path) -> Iterator[tuple[str, dict[int, Path]]]:
    """Each folder that holds folders of versions, by its own name; hidden folders are passed."""
    found = sorted(path.parent for path in folder.rglob("saved_model.pb"))
    seen = [path for path in found if not _is_hidden(path.relative_to(folder))]
    versions = [path for path in seen if re.fullmatch(r"\d+", path.name)]
    for parent in dict.fromkeys(path.parent for path in versions):
        yield parent.name, {int(path.name): path for path in versions if path.parent == parent}


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
