"""What all parts of slipway.yaml have in common."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of the manifest: a key that it does not know is an error, and so is a value that would
    have to be made fit. The docstrings of its keys are what the page says."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )
