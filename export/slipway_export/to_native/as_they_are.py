"""Files that are in their framework's own format already: they leave under their own names."""

from typing import Final

from slipway_export.model import Export, ExportRefused, Model

NOTE: Final = "as it is: the archive's own bytes"


def is_code(name: str) -> bool:
    """Whether a file is the inference script's, or one that macOS added."""
    return name.startswith("code/") or name.rpartition("/")[2].startswith("._")


def one_file(model: Model, name: str) -> Export:
    """The file that holds the model, under a name that its framework knows."""
    return Export({name: model.content}, note=NOTE)


def the_model(model: Model) -> Export:
    """The one file that holds the model, under its own name; a pickle is none of its own format."""
    if model.inspection.format in ("pickle", "joblib"):
        raise ExportRefused(
            f"it is a pickle of {model.inspection.framework}; save it with the framework's own "
            "save_model"
        )
    return one_file(model, model.inspection.model_file.rpartition("/")[2])


def all_files(model: Model) -> Export:
    """Every file of the archive but the inference script's."""
    files = {name: content for name, content in model.members.items() if not is_code(name)}
    if not files:
        raise ExportRefused("it holds nothing but code")
    return Export(files, note=NOTE)
