"""Where an object is below a prefix, and what a manifest names."""

import pytest
from slipway_local.sagemaker.sources import below, named


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("s3://b/in/", "x/a.csv"),
        ("s3://b/in", "x/a.csv"),
        ("s3://b/in/x/a.csv", "a.csv"),
        ("s3://b/in/x/a", "a.csv"),
        ("s3://b/i", "in/x/a.csv"),
        ("s3://b", "in/x/a.csv"),
    ],
)
def test_an_object_keeps_its_path_below_the_prefix(prefix: str, name: str) -> None:
    assert below(prefix, "s3://b/in/x/a.csv") == name


def test_a_manifest_names_objects_below_its_prefix() -> None:
    manifest = b'[{"prefix": "s3://b/in/"}, "a.csv", "x/b.csv"]'
    assert list(named(manifest, "s3://b/m")) == [
        ("s3://b/in/a.csv", "a.csv"),
        ("s3://b/in/x/b.csv", "x/b.csv"),
    ]


@pytest.mark.parametrize(
    "manifest", [b"", b"{}", b"[]", b'["a"]', b'[{"uri": "a"}]', b"7", b"\xff"]
)
def test_what_is_no_manifest_says_so(manifest: bytes) -> None:
    with pytest.raises(ValueError, match="s3://b/m is no manifest"):
        list(named(manifest, "s3://b/m"))
