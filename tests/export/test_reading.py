"""Archives on their way to a converter: what is let in, and what ends here."""

import io
import pickle
from collections.abc import Iterable

import pytest
from slipway.artifacts import ArchiveRefused
from slipway_export.model import ExportRefused
from slipway_export.reading import read

from tests.export.conftest import fixtures, packed

BOOSTER = fixtures("xgboost-0.90")["squared.bin"]
STATE = fixtures("torch-2.6.0")["many.pth"]


class Command:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (eval, ("1 + 1",))


class Changing(io.BytesIO):
    """A file that is another one when it is read again."""

    def __init__(self, contents: Iterable[bytes]) -> None:
        super().__init__()
        self.contents = iter(contents)

    def seek(self, offset: int, whence: int = 0) -> int:
        if (offset, whence) == (0, 0):
            content = next(self.contents)
            super().seek(0)
            self.truncate()
            self.write(content)
        return super().seek(offset, whence)


def test_members_and_facts_of_a_clean_archive() -> None:
    heard: list[int] = []
    archive = packed({"xgboost-model": BOOSTER, "code/inference.py": b"def model_fn(d): ..."})
    model = read(io.BytesIO(archive), heard.append)
    assert model.inspection.kind == "xgboost"
    assert model.content == BOOSTER
    assert sorted(model.members) == ["code/inference.py", "xgboost-model"]
    assert sum(heard) == 2 * len(archive)


def test_an_unsafe_pickle_is_never_converted() -> None:
    archive = packed({"model.joblib": pickle.dumps(Command())})
    with pytest.raises(ExportRefused, match=r"eval"):
        read(io.BytesIO(archive))


def test_an_unsafe_pickle_beside_a_good_model_is_enough() -> None:
    archive = packed({"xgboost-model": BOOSTER, "extra/other.pkl": pickle.dumps(Command())})
    with pytest.raises(ExportRefused, match=r"eval"):
        read(io.BytesIO(archive))


def test_what_is_no_archive_is_refused_as_an_inspection_refuses_it() -> None:
    with pytest.raises(ArchiveRefused):
        read(io.BytesIO(BOOSTER))


def test_what_only_keeps_a_model_from_being_served_does_not_keep_it_here() -> None:
    model = read(io.BytesIO(packed({"model.pth": STATE})))
    assert model.inspection.refused
    assert model.inspection.kind == "pytorch"


def test_files_that_are_too_large_are_refused_with_both_sizes() -> None:
    archive = packed({"xgboost-model": BOOSTER})
    with pytest.raises(ExportRefused, match=rf"{len(BOOSTER)} bytes, and at most 100"):
        read(io.BytesIO(archive), most=100)


@pytest.mark.parametrize("second", [BOOSTER[:-8] + bytes(8), BOOSTER + bytes(9), BOOSTER[:-1]])
def test_a_file_that_changes_while_it_is_read_is_refused(second: bytes) -> None:
    versions = (packed({"xgboost-model": content}) for content in (BOOSTER, second))
    with pytest.raises(ExportRefused, match="changed"):
        read(Changing(versions))
