"""Why an archive is refused: one rule, one sentence, one remedy."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds an archive must keep; sizes in bytes, `ratio` in bytes out per byte in.

    The `work_` ones hold for everything within its files together: bytes unpacked, steps (opcodes
    of pickles, entries of zips, bytes of text that is parsed, in hundreds) and bytes remembered.
    More than the first two may be spent where the archive itself is large: `ratio` and
    `steps_ratio` for each of its bytes.
    """

    unpacked: int = 64 * GIB
    ratio: int = 250
    ratio_floor: int = 64 * MIB
    members: int = 10_000
    extension: int = 64 * KIB
    name: int = 1024
    names: int = 4 * MIB
    work_bytes: int = 32 * MIB
    work_steps: int = 4_000_000
    steps_ratio: int = 16
    work_kept: int = 4 * MIB


_REPACK = "pack it again with `tar -czf model.tar.gz -C FOLDER .`"
_PUSH = "`slipway push NAME FILE` packs a model, with --code FOLDER its script; or " + _REPACK
_UNPACK = "unpack it, then `slipway push NAME FOLDER` packs it right"
_DOWNLOAD = "download the archive again, and see that `tar -tzf FILE` lists it"
_RENAME = "rename the file and " + _REPACK

RULES: dict[str, tuple[str, str]] = {
    "not-gzip": ("it does not start like a gzip file", _REPACK),
    "empty-object": ("it is empty: no bytes were uploaded", "upload it again, whole"),
    "lfs-pointer": (
        "it is a Git LFS pointer, not the file that it points to",
        "fetch the file with `git lfs pull`, and upload that",
    ),
    "s3-error": (
        "it is an error of S3 that was saved in place of the archive",
        "download the archive again with credentials that may read it, and look at it first",
    ),
    "html-page": (
        "it is a web page, as of an error or a login, that was saved in place of the archive",
        _DOWNLOAD,
    ),
    "json-error": ("it is an error in JSON that was saved in place of the archive", _DOWNLOAD),
    "json-document": ("it is a JSON document, not an archive", _PUSH),
    "xml-document": ("it is an XML document, not an archive", _PUSH),
    "bare-model": ("it is a model file by itself, not an archive", _PUSH),
    "zip": (
        "it is a zip, and SageMaker unpacks gzip-compressed tars only",
        "`unzip FILE -d FOLDER`, then `slipway push NAME FOLDER` packs it right",
    ),
    "plain-tar": (
        "it is a tar that is not compressed, whatever its name says",
        "compress it with `gzip -c FILE > model.tar.gz`",
    ),
    "other-compression": (
        "it is compressed in another way than gzip, which alone SageMaker unpacks",
        _UNPACK,
    ),
    "other-archive": ("it is an archive of another kind than tar", _UNPACK),
    "gzip-twice": ("it was compressed with gzip twice", "decompress it once: `gunzip -c FILE`"),
    "gzip-of-file": ("its gzip holds a single file and no tar", _PUSH),
    "corrupt-gzip": ("its gzip data is damaged", "upload it again, or " + _REPACK),
    "truncated": ("it ends before its contents do", "upload it again, whole"),
    "trailing-data": ("bytes follow the end of its gzip data", _REPACK),
    "multi-member": ("it holds more than one gzip stream, of which most readers see one", _REPACK),
    "header-checksum": ("a tar header does not match its checksum", _REPACK),
    "header-field": ("a tar header field is malformed", _REPACK),
    "end-marker": ("data follows the end marker of the tar", _REPACK),
    "empty": ("it holds no file", "pack the model's files into it"),
    "absolute-name": ("a member's name is absolute", _REPACK),
    "parent-name": ("a member's name climbs out of the folder with '..'", _REPACK),
    "unclean-name": (
        "a member's name holds an empty or '.' part, a backslash or a control character",
        _RENAME,
    ),
    "name-encoding": ("a member's name is not UTF-8", _RENAME),
    "name-length": ("a member's name is too long", _RENAME),
    "name-depth": ("a member lies in too many folders", _REPACK),
    "names-size": ("its members' names are too long taken together", _REPACK),
    "link": ("it holds a link", "pack the file that the link points to (tar --dereference)"),
    "device": ("it holds a device, pipe or socket", "pack regular files and folders only"),
    "sparse": ("it holds a sparse file", "pack it without tar --sparse"),
    "member-type": ("a member is neither a regular file nor a folder", _REPACK),
    "duplicate-name": ("two members have the same name", _REPACK),
    "case-duplicate": ("two members' names differ only in case or accents' encoding", _RENAME),
    "file-and-folder": ("a name is used both for a file and for a folder", _REPACK),
    "extension-size": ("an extension header is too large", _REPACK),
    "extension-field": ("an extension header is malformed or contradicts its member", _REPACK),
    "ratio": ("it expands too far for its size, as an archive bomb does", "pack less padding"),
    "unpacked-size": ("it expands to more bytes than allowed", "pack the model's files only"),
    "member-count": ("it holds too many members", "pack the model's files only"),
    "work-bytes": (
        "what lies within its files expands too far, taken together",
        "pack the files themselves, and less padding",
    ),
    "work-steps": (
        "its files take too many steps to read for their size, taken together",
        "save large tables as arrays, or the model without compression of its own",
    ),
    "work-kept": (
        "its files say too much about themselves, taken together",
        "pack the model's files only",
    ),
}


class ArchiveRefused(Exception):
    """An archive breaks `rule` at `offset` (bytes into the unpacked tar)."""

    def __init__(
        self,
        rule: str,
        *,
        member: str = "",
        offset: int = 0,
        limit: int | None = None,
        detail: str = "",
    ) -> None:
        self.rule = rule
        self.member = member
        self.detail = detail
        self.offset = offset
        self.limit = limit
        self.sentence, self.remedy = RULES[rule]
        super().__init__(self._message())

    def _message(self) -> str:
        where = f" (member {self.member[:200]!r})" if self.member else ""
        bound = f", limit {self.limit}" if self.limit is not None else ""
        detail = f" ({self.detail})" if self.detail else ""
        return (
            f"The archive is refused at byte {self.offset}{where}: "
            f"{self.sentence}{detail} [{self.rule}{bound}]; {self.remedy}."
        )
