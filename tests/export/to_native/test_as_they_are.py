"""Files that leave as they came, under names that their frameworks know."""

import pickle
from collections.abc import Callable

import pytest
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.to_native.as_they_are import NOTE

from tests.export.conftest import fixtures, model

LIGHTGBM = b"tree\nversion=v4\nnum_class=1\nmax_feature_idx=3\n\nend of trees\n"
TENSORS = fixtures("torch-2.6.0")["expected.safetensors"]


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"model.txt": LIGHTGBM, "notes.md": b"."}, {"model.txt": LIGHTGBM}),
        ({"weights/w.safetensors": TENSORS}, {"w.safetensors": TENSORS}),
    ],
)
def test_one_file_leaves_as_it_is(files: dict[str, bytes], left: dict[str, bytes]) -> None:
    made = export(model(files), "native")
    assert made.files == left
    assert (made.proof, made.note) == ("as it is", NOTE)


def test_a_bundle_leaves_whole_without_code() -> None:
    files = {
        "bundle.json": b'{"uid": "u", "name": "n", "format": "ml.combust.mleap.json",'
        b' "version": "0.9.0"}',
        "root/model.json": b"{}",
        "root/node.json": b"{}",
        "code/inference.py": b"def model_fn(d): ...",
        "._bundle.json": b"\0",
    }
    made = export(model(files), "native")
    assert sorted(made.files) == ["bundle.json", "root/model.json", "root/node.json"]


def test_a_saved_model_leaves_whole(real: Callable[[str], bytes]) -> None:
    folder = "half_plus_two/00000123"
    names = ("saved_model.pb", "variables/variables.index")
    names += ("variables/variables.data-00000-of-00001",)
    files = {f"{folder}/{name}": real(f"tensorflow/{folder}/{name}") for name in names}
    made = export(model(files), "native")
    assert made.files == files
    assert made.proof == "as it is"


def test_a_pickle_is_no_format_of_its_framework() -> None:
    found = model({"model.txt": LIGHTGBM})
    lying = type(found.inspection)(
        **{
            name: getattr(found.inspection, name)
            for name in found.inspection.__dataclass_fields__
            if name != "format"
        },
        format="pickle",
    )
    with pytest.raises(ExportRefused, match="save_model"):
        export(type(found)(lying, {"model.txt": pickle.dumps({})}), "native")
