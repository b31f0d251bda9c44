"""The strict reader gives what tar writes and refuses, by name, what is hostile or ambiguous."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.artifacts import Archive, ArchiveRefused, Limits

Pack = Callable[..., bytes]
FILES = {
    "./config.json": b"{}",
    "code/inference.py": b"def model_fn(): ...\n",
    "big": bytes(2_000_000),
}


def header(
    name: bytes, *, size: int = 0, kind: bytes = b"0", magic: bytes = b"ustar\x0000"
) -> bytearray:
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = b"%011o\0" % size
    block[156:157] = kind
    block[257:265] = magic
    return checked(block)


def checked(block: bytearray) -> bytearray:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


def file(name: bytes, data: bytes = b"x", kind: bytes = b"0") -> bytes:
    return bytes(header(name, size=len(data), kind=kind)) + data + bytes(-len(data) % 512)


def pax(*records: bytes) -> bytes:
    body = b""
    for record in records:
        length = len(record) + 2
        while length != len(record) + 2 + len(str(length)):
            length = len(record) + 2 + len(str(length))
        body += b"%d %s\n" % (length, record)
    return file(b"PaxHeader", body, b"x")


END = bytes(1024)


def packed(*parts: bytes, end: bytes = END) -> bytes:
    return gzip.compress(b"".join(parts) + end, 1, mtime=0)


def read(chunks: Iterable[bytes], limits: Limits | None = None) -> Archive:
    archive = Archive(chunks, limits)
    for _ in archive:
        pass
    return archive


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_form_of_tar_is_read_with_its_digests(pack: Pack, form: int) -> None:
    data = pack(FILES, form=form)
    archive = read([data])
    assert [(member.name, member.size) for member in archive.members] == [
        ("config.json", 2),
        ("code/inference.py", 20),
        ("big", 2_000_000),
    ]
    assert archive.members[1].sha256 == hashlib.sha256(FILES["code/inference.py"]).hexdigest()
    assert (archive.sha256, archive.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert archive.unpacked == 2_000_022


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_and_accented_names_are_read(pack: Pack, form: int) -> None:
    name = "modèle/" + "a" * 120 + "/" + "b" * 120
    assert read([pack({name: b"x"}, form=form)]).members[0].name == name


@given(st.lists(st.integers(1, 400), max_size=30))
def test_the_cut_of_the_chunks_does_not_matter(cuts: list[int]) -> None:
    data = packed(file(b"a", b"one"), file(b"b", b"two"))
    chunks, start = [], 0
    for cut in cuts:
        chunks.append(data[start : start + cut])
        start += cut
    assert read([*chunks, b"", data[start:]]).sha256 == hashlib.sha256(data).hexdigest()


def test_an_entry_can_be_read_in_part() -> None:
    archive = Archive([packed(file(b"a", b"0123456789"), file(b"b", b"rest"))])
    heads = [entry.read(4) for entry in archive]
    assert heads == [b"0123", b"rest"]
    assert archive.members[0].sha256 == hashlib.sha256(b"0123456789").hexdigest()


def test_folders_are_passed_over() -> None:
    folder = bytes(header(b"code/", kind=b"5"))
    root = bytes(header(b"./", kind=b"5"))
    archive = read([packed(root, folder, folder, file(b"code/inference.py"))])
    assert [member.name for member in archive.members] == ["code/inference.py"]


def test_a_large_size_in_base_256_is_read() -> None:
    block = header(b"a")
    block[124:136] = b"\x80" + (3).to_bytes(11, "big")
    assert read([packed(bytes(checked(block)), b"abc".ljust(512, b"\0"))]).members[0].size == 3


def test_a_pax_header_gives_name_and_size() -> None:
    data = pax(b"path=weights.bin", b"size=3", b"mtime=1.5")
    archive = read([packed(data, bytes(header(b"short")), b"abc".ljust(512, b"\0"))])
    assert (archive.members[0].name, archive.members[0].size) == ("weights.bin", 3)


def damaged_checksum() -> bytes:
    return packed(bytes(header(b"a"))[:148] + b"0000000\0" + bytes(356))


HOSTILE: dict[str, tuple[str, bytes]] = {
    "text": ("not-gzip", b"hello, this is no archive"),
    "nothing": ("empty-object", b""),
    "zip": ("zip", b"PK\x03\x04" + bytes(100)),
    "plain tar": ("plain-tar", file(b"a") + END),
    "gzip of text": ("gzip-of-file", gzip.compress(b"hello")),
    "gzip of nothing": ("gzip-of-file", gzip.compress(b"")),
    "gzip twice": ("gzip-twice", gzip.compress(packed(file(b"a")))),
    "cut in the middle": ("truncated", packed(file(b"a", bytes(9000)))[:-20]),
    "damaged checksum of gzip": ("corrupt-gzip", packed(file(b"a"))[:-6] + b"\0\0\0\0\0\0"),
    "bytes after": ("trailing-data", packed(file(b"a")) + b"\0\0"),
    "second gzip": ("multi-member", packed(file(b"a")) + packed(file(b"b"))),
    "no end marker": ("truncated", packed(file(b"a"), end=b"")),
    "half an end marker": ("truncated", packed(file(b"a"), end=bytes(512))),
    "data behind the end marker": ("end-marker", packed(file(b"a"), END, file(b"b"))),
    "one zero block between": ("end-marker", packed(file(b"a"), bytes(512), file(b"b"))),
    "no files": ("empty", packed(bytes(header(b"code/", kind=b"5")))),
    "climbing": ("parent-name", packed(file(b"../etc/cron.d/x"))),
    "climbing in the middle": ("parent-name", packed(file(b"code/../model.joblib"))),
    "climbing by pax": ("parent-name", packed(pax(b"path=../x"), file(b"a"))),
    "climbing by GNU": ("parent-name", packed(file(b"././@LongLink", b"../x\0", b"L"), file(b"a"))),
    "absolute": ("absolute-name", packed(file(b"/etc/passwd"))),
    "backslash": ("unclean-name", packed(file(b"..\\x"))),
    "twice a slash": ("unclean-name", packed(file(b"code//x"))),
    "dot in the middle": ("unclean-name", packed(file(b"code/./x"))),
    "file named as a folder": ("unclean-name", packed(file(b"x/"))),
    "newline": ("unclean-name", packed(file(b"x\ny"))),
    "right-to-left mark": ("unclean-name", packed(file("x\u202egz.tar".encode()))),
    "no name": ("unclean-name", packed(file(b""))),
    "not UTF-8": ("name-encoding", packed(file(b"\xff\xfe"))),
    "not UTF-8 by pax": ("name-encoding", packed(pax(b"path=\xff"), file(b"a"))),
    "long part": ("name-length", packed(pax(b"path=" + b"x" * 300), file(b"a"))),
    "long name": ("name-length", packed(pax(b"path=" + b"x/" * 600 + b"y"), file(b"a"))),
    "deep name": ("name-depth", packed(file(b"d/" * 40 + b"x"))),
    "symbolic link": ("link", packed(file(b"a", b"", b"2"))),
    "hard link": ("link", packed(file(b"a", b"", b"1"))),
    "link by GNU": ("link", packed(file(b"././@LongLink", b"x\0", b"K"))),
    "link by pax": ("link", packed(pax(b"linkpath=x"), file(b"a"))),
    "character device": ("device", packed(file(b"a", b"", b"3"))),
    "block device": ("device", packed(file(b"a", b"", b"4"))),
    "pipe": ("device", packed(file(b"a", b"", b"6"))),
    "sparse by GNU": ("sparse", packed(file(b"a", b"", b"S"))),
    "sparse by pax": ("sparse", packed(pax(b"GNU.sparse.major=1"), file(b"a"))),
    "contiguous": ("member-type", packed(file(b"a", b"", b"7"))),
    "unknown type": ("member-type", packed(file(b"a", b"", b"Z"))),
    "folder with contents": ("header-field", packed(file(b"a/", b"x", b"5"))),
    "twice": ("duplicate-name", packed(file(b"a"), file(b"a"))),
    "twice with a dot": ("duplicate-name", packed(file(b"model"), file(b"./model"))),
    "twice in another case": ("case-duplicate", packed(file(b"Model"), file(b"model"))),
    "twice in another composition": (
        "case-duplicate",
        packed(file("é".encode()), file("e\u0301".encode())),
    ),
    "folders in another case": ("case-duplicate", packed(file(b"A/x"), file(b"a/y"))),
    "file and folder": ("file-and-folder", packed(file(b"a"), file(b"a/b"))),
    "folder and file": ("file-and-folder", packed(file(b"a/b"), file(b"a"))),
    "huge extension": ("extension-size", packed(file(b"h", bytes(70_000), b"x"), file(b"a"))),
    "two extensions": ("member-type", packed(pax(b"path=b"), pax(b"path=c"), file(b"a"))),
    "extension at the end": ("truncated", packed(file(b"a"), pax(b"path=b"))),
    "global name": ("extension-field", packed(file(b"g", b"10 path=x\n", b"g"), file(b"a"))),
    "name twice in pax": ("extension-field", packed(pax(b"path=b", b"path=c"), file(b"a"))),
    "other character set": ("extension-field", packed(pax(b"hdrcharset=BINARY"), file(b"a"))),
    "size that differs": ("extension-field", packed(pax(b"size=512"), file(b"a"))),
    "size that is no number": ("extension-field", packed(pax(b"size=-1"), file(b"a", b""))),
    "pax record too long": (
        "extension-field",
        packed(file(b"h", b"99 path=x\n", b"x"), file(b"a")),
    ),
    "pax without a length": ("extension-field", packed(file(b"h", b"path=x\n", b"x"), file(b"a"))),
    "zero in a pax name": ("extension-field", packed(pax(b"path=a\0b"), file(b"a"))),
    "checksum": ("header-checksum", damaged_checksum()),
    "negative size": (
        "header-field",
        packed(bytes(checked(header(b"a")[:124] + b"-1\0\0\0\0\0\0\0\0\0\0" + header(b"a")[136:]))),
    ),
    "prefix in a GNU header": (
        "header-field",
        packed(bytes(checked(header(b"a", magic=b"ustar  \0")[:345] + b"../x".ljust(167, b"\0")))),
    ),
    "unknown magic": ("header-field", packed(bytes(header(b"a", magic=b"USTAR\x0000")))),
    "more members than allowed": (
        "member-count",
        packed(*(file(b"%d" % number, b"") for number in range(60))),
    ),
    "bomb": ("ratio", packed(file(b"zeros", bytes(3_000_000)))),
    "bomb in the padding": ("ratio", packed(file(b"a"), bytes(3_000_000))),
}
TIGHT = Limits(members=50, ratio=100, ratio_floor=2_500_000)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused_by_rule(name: str) -> None:
    rule, data = HOSTILE[name]
    with pytest.raises(ArchiveRefused) as refused:
        read([data], TIGHT)
    assert refused.value.rule == rule
    assert refused.value.remedy in str(refused.value)


def test_a_refusal_names_member_offset_rule_and_limit() -> None:
    with pytest.raises(ArchiveRefused) as refused:
        read([packed(file(b"a"), file(b"h", bytes(70_000), b"x"))])
    error = refused.value
    assert (error.member, error.offset, error.rule, error.limit) == (
        "h",
        1024,
        "extension-size",
        65536,
    )


def test_names_together_have_a_limit() -> None:
    limits = Limits(names=100)
    with pytest.raises(ArchiveRefused, match="names-size"):
        read([packed(*(file(b"%d" % number * 20, b"") for number in range(9)))], limits)


def test_the_unpacked_size_has_a_limit(pack: Pack) -> None:
    with pytest.raises(ArchiveRefused, match="unpacked-size"):
        read([pack(FILES)], Limits(unpacked=1_000_000))


def endless(noise: bytes) -> Iterator[bytes]:
    """A tar.gz with one file of 100 MB, made as it is read."""
    deflate = zlib.compressobj(0, wbits=31)
    yield deflate.compress(bytes(header(b"weights.bin", size=100_000_000)))
    for _ in range(100):
        yield deflate.compress(noise)
    yield deflate.compress(bytes(-100_000_000 % 512) + END) + deflate.flush()


def test_memory_does_not_grow_with_the_archive() -> None:
    noise = random.Random(1).randbytes(500_000) * 2  # noqa: S311 - not for secrets
    tracemalloc.start()
    try:
        assert read(endless(noise)).members[0].size == 100_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        read([data])


@given(st.binary(max_size=3000))
def test_any_tar_is_read_or_refused(data: bytes) -> None:
    try:
        read([gzip.compress(data, 1)])
    except ArchiveRefused:
        return


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_damaged_tar_is_read_or_refused(seed: int, changes: int) -> None:
    data = bytearray(file(b"a", b"one") + pax(b"path=long") + file(b"b", b"two") + END)
    pick = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(changes):
        data[pick.randrange(len(data))] = pick.randrange(256)
    try:
        read([gzip.compress(bytes(data), 1)])
    except ArchiveRefused:
        return


def test_what_is_accepted_is_what_tarfile_sees(pack: Pack) -> None:
    data = pack(FILES)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        seen = [(entry.name.removeprefix("./"), entry.size) for entry in tar]
    assert [(member.name, member.size) for member in read([data]).members] == seen
