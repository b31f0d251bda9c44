"""Untrusted bytes in, facts out: what an uploaded artifact is, without trusting it."""

from slipway.artifacts.archives.archive import Archive, Member
from slipway.artifacts.archives.refusal import ArchiveRefused, Limits
from slipway.artifacts.findings import Finding
from slipway.artifacts.images import ImageChoice, NoImage, choose
from slipway.artifacts.inspecting import inspect
from slipway.artifacts.inspection import Inspection, as_document
from slipway.artifacts.pickles.examiner import examine
from slipway.artifacts.pickles.verdicts import Verdict
from slipway.artifacts.scripts import pack_script

__all__ = [
    "Archive",
    "ArchiveRefused",
    "Finding",
    "ImageChoice",
    "Inspection",
    "Limits",
    "Member",
    "NoImage",
    "Verdict",
    "as_document",
    "choose",
    "examine",
    "inspect",
    "pack_script",
]
