"""Files that are in their framework's own format already: they leave under their own names."""

from typing import Final

from slipway_export.model import Export, ExportRefused, Model

NOTE: Final = "as it is: the archive's own bytes"
_CODE: Final = ("code/",)


def one_file(model: Model, name: str) -> Export:
    """The file that holds the model, under a name that its framework knows."""
    return Export({name: model.content}, note=NOTE)


def all_files(model: Model) -> Export:
    """Every file of the archive but the inference script's."""
    files = {
        name: content
        for name, content in model.members.items()
        if not name.startswith(_CODE) and not name.rpartition("/")[2].startswith("._")
    }
    if not files:
        raise ExportRefused("it holds nothing but code")
    return Export(files, note=NOTE)
