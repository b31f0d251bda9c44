"""The keys below `batch` in slipway.yaml: when a batch deployment runs, and how its containers are
asked. Their docstrings are what the page says."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from slipway.domain.batch import Batch, Inputs, Keep, Split, Strategy, Transform
from slipway.strict_keys import Strict

# As SageMaker has it: one path, of at most 63 characters. Source: DataProcessing, API reference.
JSONPath = Annotated[str, Field(pattern=r"^\$[\w.\[\]'\"*:,@ -]*$", max_length=63)]
Cron = Annotated[str, Field(pattern=r"^\S+( \S+){5}$", max_length=200)]
MOST_MB = 100  # of all requests at a time
HOURS = "|".join(map(str, (1, 2, 3, 4, 6, 8, 12, 24)))


class Batching(Strict):
    """When a batch deployment runs, over what, and how its containers are asked."""

    on: Literal["upload"] | None = None
    """Whether what is uploaded to batches/DEPLOYMENT/in/ is run at once; it is where neither
    `every` nor `cron` says when."""
    every: Annotated[str, Field(pattern=rf"^({HOURS})h$")] | None = None
    """A schedule, in hours that divide a day, such as 24h."""
    cron: Cron | None = None
    """A schedule in six fields, as EventBridge Scheduler has it: 0 3 1 * ? * is three o'clock on
    the first of each month."""
    time_zone: Annotated[str, Field(pattern=r"^[\w/+-]+$", max_length=50)] = "UTC"
    """Where the schedule's clock is, such as Europe/Berlin."""
    inputs: Inputs = Field(default=Inputs.NEW, strict=False)
    """What a run reads: what has arrived since the run before, or all there is."""
    keep: Keep = Field(default=Keep.SUCCEEDED, strict=False)
    """What is kept of a run in which some objects failed: the outputs of the others, or nothing."""
    content_type: Annotated[str, Field(max_length=256)] | None = None
    """The type of the input; by the name of the first object when absent."""
    accept: Annotated[str, Field(max_length=256)] | None = None
    """The type of the output; as the input's when absent."""
    split: Split | None = Field(default=None, strict=False)
    """How an object is cut into records: None, Line, RecordIO or TFRecord; Line for CSV and JSON
    Lines when absent."""
    strategy: Strategy | None = Field(default=None, strict=False)
    """Whether a request has as many records as fit, or one; as many when absent."""
    assemble: Literal["None", "Line"] | None = None
    """How answers are put together: None or Line; Line where the input is split so."""
    max_payload_mb: Annotated[int, Field(ge=0, le=MOST_MB)] | None = None
    """The largest request in MB, 0 for any; what the image says, else 6."""
    max_concurrent: Annotated[int, Field(ge=1, le=100)] | None = None
    """How many requests an instance is sent at a time; what the image says, else 1."""
    compression: Literal["Gzip"] | None = None
    """Whether the input is compressed; not when absent."""
    input_filter: JSONPath | None = None
    """What of a record is sent to the model, such as $[1:]; all of it when absent."""
    join: Literal["Input"] | None = None
    """Whether each answer is joined with its record; not when absent."""
    output_filter: JSONPath | None = None
    """What of the joined record is kept, such as $[0,-1]; all of it when absent."""
    timeout: Annotated[int, Field(ge=1, le=3600)] | None = None
    """How many seconds a request may take; 600 when absent."""
    retries: Annotated[int, Field(ge=0, le=3)] | None = None
    """How often a request that failed is repeated; 3 times when absent."""

    @model_validator(mode="before")
    @classmethod
    def _on(cls, given: object) -> object:
        """YAML reads the key `on` as true."""
        if isinstance(given, dict) and True in given:
            return {("on" if key is True else key): value for key, value in given.items()}
        return given

    @field_validator("cron")
    @classmethod
    def _fields(cls, given: str | None) -> str | None:
        """Of the days of a month and of a week one is given, and the other is `?`."""
        days = given.split()[2::2][:2] if given else []
        if days and "?" not in days:
            raise ValueError(
                f"`cron` gives both a day of the month and one of the week; `{given}` needs a ? "
                "in one of them"
            )
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.every and self.cron:
            raise ValueError("`every` and `cron` are two schedules; give one")
        if (self.max_payload_mb or 0) * (self.max_concurrent or 1) > MOST_MB:
            raise ValueError(
                f"`max_payload_mb` times `max_concurrent` is above {MOST_MB} MB, which SageMaker "
                "does not take; give less of one"
            )
        return self

    @model_validator(mode="after")
    def _splits(self) -> Self:
        if self.split == Split.NONE and self.strategy:
            raise ValueError("`strategy` says how records are sent, and `split: None` makes none")
        lines = self.split in (None, Split.LINE) and self.assemble in (None, "Line")
        whole = self.split == Split.NONE and self.assemble in (None, "None")
        if self.join and not (lines or whole):
            raise ValueError(
                "`join` needs one line out for each line in: leave out `split` and `assemble`, or "
                "set both to Line"
            )
        if self.compression and self.split in (Split.RECORD_IO, Split.TF_RECORD):
            raise ValueError(f"`compression` is not for `split: {self.split}`; leave it out")
        return self

    def policy(self) -> Batch:
        """What the keys say."""
        transform = Transform(
            assemble=Split(self.assemble) if self.assemble else None,
            **self.model_dump(
                include={*Transform.__dataclass_fields__} - {"assemble"}, exclude_none=True
            ),
        )
        expression = _expression(self.every, self.cron)
        on_upload = self.on is not None or not expression
        return Batch(on_upload, expression, self.time_zone, self.inputs, self.keep, transform)


def _expression(every: str | None, cron: str | None) -> str:
    """The schedule as EventBridge Scheduler has it; "" for none."""
    if cron:
        return f"cron({cron})"
    hours = {None: "", "1h": "*", "24h": "0"}.get(every, f"0/{(every or '').removesuffix('h')}")
    return f"cron(0 {hours} * * ? *)" if hours else ""
