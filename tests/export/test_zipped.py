"""Zips inside an artifact."""

import io
import zipfile

import pytest
from slipway_export.model import ExportRefused
from slipway_export.zipped import read_zip


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)  # no clock among its bytes
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_by_name(method: int) -> None:
    files = {"a/b": b"1" * 100_000, "c": b""}
    assert read_zip(zipped(files, method)) == files


def test_what_expands_too_far_is_refused() -> None:
    with pytest.raises(ExportRefused, match="expands"):
        read_zip(zipped({"bomb": bytes(70 << 20)}, zipfile.ZIP_DEFLATED))


def test_what_contradicts_itself_is_refused() -> None:
    content = zipped({"a": b"one"})
    with pytest.raises(ExportRefused, match="zip"):
        read_zip(content.replace(b"a", b"b", 1))
