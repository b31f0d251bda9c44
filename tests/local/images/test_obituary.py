"""Why a container ended."""

from pathlib import Path

from slipway_local.images.obituary import why_it_ended


def _root(tmp_path: Path) -> Path:
    (tmp_path / "opt/ml/output").mkdir(parents=True)
    return tmp_path


def test_what_the_container_said_comes_first(tmp_path: Path) -> None:
    root = _root(tmp_path)
    (root / "opt/ml/output/failure").write_text("KeyError: 'x'\nand more")
    assert why_it_ended(root, root / "log", 1) == "the container exited: KeyError: 'x'"


def test_else_its_code_and_last_words(tmp_path: Path) -> None:
    root = _root(tmp_path)
    (root / "log").write_bytes(b"first\n\x1b[31mlast\x1b[0m \xff\n\n")
    expected = (
        "the container exited with code 3; its last words: [31mlast[0m \N{REPLACEMENT CHARACTER}"
    )
    assert why_it_ended(root, root / "log", 3) == expected


def test_a_signal_has_its_name(tmp_path: Path) -> None:
    assert why_it_ended(tmp_path, tmp_path / "log", -9) == "the container was killed by SIGKILL"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    root = _root(tmp_path)
    (root / "secret").write_text("secret")
    (root / "opt/ml/output/failure").symlink_to(root / "secret")
    assert "secret" not in why_it_ended(root, root / "log", 0)


def test_a_long_reason_is_cut(tmp_path: Path) -> None:
    root = _root(tmp_path)
    (root / "opt/ml/output/failure").write_text("x" * 10_000)
    assert len(why_it_ended(root, root / "log", 1)) < 1100
