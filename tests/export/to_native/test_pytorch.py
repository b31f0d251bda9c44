"""Tensors that PyTorch saved in each of its forms, against what safetensors itself writes."""

import json
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.to_native.pytorch import convert, convert_transformer
from slipway_export.to_native.safetensors_files import Tensor, read

from tests.export.conftest import fixtures, model

SAVED = fixtures("torch-2.6.0")
EXPECTED = read(SAVED["expected.safetensors"])
CONFIG = json.dumps({"model_type": "bert", "architectures": ["BertModel"]}).encode()


def weights(name: str) -> dict[str, Tensor]:
    made = convert(model({"model.pth": SAVED[name]}))
    assert made.proof is not None
    assert made.proof.furthest() == 0
    return read(made.files["model.safetensors"])


def test_every_kind_of_tensor_is_the_one_that_safetensors_writes() -> None:
    found = weights("state.pth")
    assert found.keys() == EXPECTED.keys()
    for name, tensor in found.items():
        assert tensor == EXPECTED[name], name


def test_the_older_form_too() -> None:
    found = weights("state-older.pth")
    assert len(found) == len(EXPECTED) - 2
    assert all(tensor == EXPECTED[name] for name, tensor in found.items())


def test_a_checkpoint_leaves_without_its_optimizer() -> None:
    made = convert(model({"model.pth": SAVED["checkpoint.pth"]}))
    found = read(made.files["model.safetensors"])
    assert sorted(found) == [
        "0.bias",
        "0.weight",
        "1.bias",
        "1.num_batches_tracked",
        "1.running_mean",
        "1.running_var",
        "1.weight",
    ]
    assert "2 values" in made.note


def test_hundreds_of_tensors_are_all_there() -> None:
    found = weights("many.pth")
    values = [np.frombuffer(found[f"layer.{n}"].content, "<f4")[0] for n in range(300)]
    assert values == list(range(300))


def test_the_file_is_laid_out_as_its_format_says() -> None:
    content = convert(model({"model.pth": SAVED["state.pth"]})).files["model.safetensors"]
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    assert header.pop("__metadata__") == {"format": "pt"}
    places = sorted(told["data_offsets"] for told in header.values())
    assert places[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(places))
    assert 8 + length + places[-1][1] == len(content)


def test_a_transformer_leaves_as_from_pretrained_reads_it() -> None:
    made = convert_transformer(
        model(
            {
                "config.json": CONFIG,
                "vocab.txt": b"[PAD]\n",
                "pytorch_model.bin": SAVED["state.pth"],
                "training_args.bin": SAVED["checkpoint.pth"],
                "code/inference.py": b"def model_fn(d): ...",
            }
        )
    )
    assert sorted(made.files) == ["config.json", "model.safetensors", "vocab.txt"]
    assert made.proof is not None
    assert made.proof.furthest() == 0


def test_a_transformer_in_parts_keeps_its_index() -> None:
    names = [f"pytorch_model-0000{n}-of-00002.bin" for n in (1, 2)]
    index = {"metadata": {}, "weight_map": {"float64": names[0], "layer.1": names[1]}}
    made = convert_transformer(
        model(
            {
                "config.json": CONFIG,
                names[0]: SAVED["state.pth"],
                names[1]: SAVED["many.pth"],
                "pytorch_model.bin.index.json": json.dumps(index).encode(),
            }
        )
    )
    written = json.loads(made.files["model.safetensors.index.json"])["weight_map"]
    assert written["layer.1"] == "model-00002-of-00002.safetensors"
    assert set(written.values()) <= made.files.keys()
    assert made.proof is not None
    assert len(made.proof.inputs) == len(EXPECTED) + 300
    assert made.proof.furthest() == 0


def test_safetensors_leave_as_they_are() -> None:
    files = {"config.json": CONFIG, "model.safetensors": SAVED["expected.safetensors"]}
    made = convert_transformer(model(files))
    assert made.files == files
    assert made.proof is None


def test_a_changed_element_is_noticed() -> None:
    made = convert(model({"model.pth": SAVED["state.pth"]}))
    assert made.proof is not None
    numbers = made.proof.inputs
    ours, theirs = made.proof.original(numbers), made.proof.exported(numbers)
    np.testing.assert_array_equal(ours, theirs)
    other = convert(model({"model.pth": SAVED["many.pth"]}))
    assert other.proof is not None
    assert not np.array_equal(other.proof.original(numbers), theirs)


def test_the_report_says_that_nothing_differs() -> None:
    made = export(model({"model.pth": SAVED["many.pth"]}), "native")
    assert made.proof == "equal to the last bit: 300 tensors"


def test_a_whole_module_leaves_as_its_state_dict() -> None:
    assert weights("module.pth") == read(SAVED["module.safetensors"])


def test_a_plain_pickle_is_refused_with_what_helps() -> None:
    found = model({"model.pth": SAVED["many.pth"]})
    with pytest.raises(ExportRefused, match=r"torch\.save"):
        convert(type(found)(found.inspection, {"model.pth": b"\x80\x02}q\x00."}))


def test_a_real_file_of_2018(real: Callable[[str], bytes]) -> None:
    made = export(model({"torch_model.pth": real("pytorch/torch_model.pth")}), "native")
    found = read(made.files["model.safetensors"])
    assert found["module.conv1.weight"].shape == (10, 1, 5, 5)
    assert made.proof == "equal to the last bit: 8 tensors"
