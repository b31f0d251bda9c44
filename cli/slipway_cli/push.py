"""`slipway push`: check, upload, and follow the release."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from slipway.artifacts import ArchiveRefused, Inspection, choose, inspect
from slipway.domain import naming
from slipway.domain.desired import ONLY, Approval, Artifact, Policy
from slipway.domain.naming import checked_deployment
from slipway.manifest import parse

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, TimeLine, Wish, attend, outcome, takes_up
from slipway_cli.instance_types import check_instance_type
from slipway_cli.logs import stand_ins
from slipway_cli.packing import chunks, packed
from slipway_cli.stack import Stack
from slipway_cli.vendoring import ground_of, vendored

Say = Callable[[str], None]


def push(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    file: Annotated[
        Path | None, typer.Argument(help="A model.tar.gz, or a folder or a model file to pack.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="A slipway.yaml; uploaded first.", dir_okay=False)
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="What requests are held against: .csv, .json, .jsonl or .parquet.", dir_okay=False
        ),
    ] = None,
    request: Annotated[
        Path | None,
        typer.Option(
            help="A request that each version has to answer: request.csv, .json, ….", dir_okay=False
        ),
    ] = None,
    code: Annotated[
        Path | None,
        typer.Option(help="Pack this folder, or this script, as the model's code/.", exists=True),
    ] = None,
    part: Annotated[
        str, typer.Option(help="Which model it is, of a deployment that has several.")
    ] = ONLY,
    *,
    vendor: Annotated[
        bool,
        typer.Option(help="Pack the wheels that an isolated container could not fetch."),
    ] = True,
    wait: Annotated[bool, typer.Option(help="Follow the release until it ends.")] = True,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 1800.0,
) -> None:
    """Check and upload a model, its manifest, its baseline data or a golden request, and follow
    the release. A folder, or a model file by itself, is packed first."""
    checked_deployment(deployment)
    if not (file or manifest or baseline or request):
        raise Problem(
            "nothing to push",
            "Give a model, --manifest, --baseline, --request, or all.",
            Exit.USAGE,
        )
    if (code or part) and not file:
        raise Problem("--code and --part go with a model", "Give the model, too.", Exit.USAGE)
    _check(manifest, baseline, request)
    with ExitStack() as made:
        archive = made.enter_context(packed(file, code, _say)) if file else None
        inspection = check_archive(archive, str(file)) if archive else None
        found = stack.connect(target.of(ctx))
        if archive and inspection and vendor:
            policy = policy_of(found, deployment, manifest)
            archive = made.enter_context(
                with_wheels(found, archive, inspection, policy, part or _part_of(deployment))
            )
        line = TimeLine(found.ports, deployment)
        wish = upload(found, deployment, archive, manifest, _say, baseline, request, part)
    if wait:
        finish(deployment, await_release(found, deployment, wish, line, timeout))
        if found.embedded and (others := stand_ins(found, deployment)):
            screen.out().print(f"On this machine: {', '.join(others)}.", soft_wrap=True)


def _check(manifest: Path | None, baseline: Path | None, request: Path | None) -> None:
    """Raises Problem, or InvalidInput, for a file that a release could not use."""
    if baseline:
        check_data(baseline)
    if request:
        check_request(request)
    if manifest:
        policy = parse(manifest.read_bytes(), Approval.AUTOMATIC)
        for use in policy.uses:
            check_instance_type(use.instance_type, batch=policy.batch is not None)


def policy_of(found: Stack, deployment: str, manifest: Path | None) -> Policy:
    """What the manifest says that is pushed, or else the one that is there."""
    approval, uploaded = found.ports.default_policy.approval, found.ports.uploaded
    if manifest:
        return parse(manifest.read_bytes(), approval)
    version = uploaded.newest(deployment, ()).manifest_version
    if version is None:
        return found.ports.default_policy
    return parse(uploaded.manifest(deployment, version), approval)


def with_wheels(
    found: Stack, archive: Path, inspection: Inspection, policy: Policy, part: str = ONLY
) -> AbstractContextManager[Path]:
    """The archive with what its script wants, where its container will reach no index."""
    if not (policy.network_isolation and inspection.fetched):
        return nullcontext(archive)
    region, (instance, given) = found.ports.site.region, _runs_on(policy, part)
    image = given or choose(inspection, region, instance_type=instance).uri
    return vendored(archive, ground_of(image, instance, here=found.embedded), _say)


def _runs_on(policy: Policy, part: str) -> tuple[str, str | None]:
    """The instance type and the image, if the manifest names one, that a part runs on."""
    for variant in policy.variants:
        for container in variant.containers:
            if container.part == part:
                image = container.image or policy.image
                return policy.target_of(variant).instance_type, image
    return policy.target.instance_type, policy.image


def check_archive(file: Path, name: str) -> Inspection:
    """Read the archive as InspectArtifact will. Raises Problem when it would be refused, by the
    `name` that the user knows."""
    try:
        inspection = inspect(chunks(file))
    except ArchiveRefused as refusal:
        raise Problem(f"{name}: {refusal}", code=Exit.REFUSED) from refusal
    findings = inspection.findings
    refusals = [finding.sentence for finding in findings if finding.grade == "refuse"]
    if refusals:
        raise Problem(f"{name}: {'; '.join(refusals)}", code=Exit.REFUSED)
    return inspection


def check_data(file: Path) -> None:
    """Raises Problem for baseline data of a format that nobody reads, OSError for none at all."""
    if not naming.BASELINE.fullmatch(f"baseline{file.suffix}"):
        raise Problem(
            f"{file}: {file.suffix or 'a file without a suffix'} is no format of baseline data",
            "Give a .csv, .json, .jsonl or .parquet file.",
            Exit.USAGE,
        )
    file.stat()


def check_request(file: Path) -> None:
    """Raises Problem for a request whose name does not say of which type it is, OSError for
    none."""
    if not naming.REQUEST.fullmatch(f"request{file.suffix}"):
        raise Problem(
            f"{file}: its name does not say of which type it is",
            "Give it a suffix, such as .csv or .json.",
            Exit.USAGE,
        )
    file.stat()


def upload(
    found: Stack,
    deployment: str,
    file: Path | None,
    manifest: Path | None,
    say: Say,
    baseline: Path | None = None,
    request: Path | None = None,
    part: str = ONLY,
) -> Wish:
    """Upload the baseline data, the golden request, the manifest, then the artifact, saying so;
    the versions they became."""
    prefix = naming.prefix_of(deployment)
    data = _put(found, baseline, f"{prefix}baseline{baseline.suffix}", say) if baseline else None
    asked = _put(found, request, f"{prefix}request{request.suffix}", say) if request else None
    version = (
        _put(found, manifest, naming.manifest_key(deployment), say).version_id if manifest else None
    )
    key, part = naming.archive_key(deployment, part), part or _part_of(deployment)
    parts = {part: _put(found, file, key, say)} if file else {}
    return Wish(parts, version, data, asked)


def _part_of(deployment: str) -> str:
    """What is pushed where no part is named."""
    return naming.MANY if naming.member_of(deployment) else ONLY


def await_release(found: Stack, deployment: str, wish: Wish, line: TimeLine, timeout: float) -> End:
    """Show the release of `wish` as it happens; how it ended."""
    pause = 0.2 if found.embedded else 2.0
    return attend(line, lambda: ended(found, deployment, wish), "release", timeout, pause)


def ended(found: Stack, deployment: str, wish: Wish) -> End | None:
    """How the release of `wish` ended; None while it is under way. Raises Problem when the one
    that is at it broke."""
    record = found.ports.ledger.load(deployment)
    end = outcome(found.ports, deployment, wish)
    if end is None and record.lease and takes_up(record, wish):
        found.succeeded(record.lease.owner, "release")
    return end


def finish(deployment: str, end: End) -> None:
    """Say how it ended. Raises Problem when what was uploaded was not released."""
    if not end.good:
        raise Problem(
            f"{deployment} is {end.verdict.lower()}{serves_on(end.reason)}: "
            f"{screen.brief(end.reason)}",
            f"`slipway history {deployment}` shows how it came to that, and all that was said.",
            Exit.REFUSED,
        )
    screen.out().print(screen.worded(f"{end.verdict}: {end.reason}"), soft_wrap=True)


def serves_on(reason: str) -> str:
    """What a verdict says of what serves, to be said first."""
    found = screen.SERVES_ON.search(reason)
    return f"; {found[1]}" if found else ""


def _put(found: Stack, file: Path, key: str, say: Say) -> Artifact:
    client, size = found.session.client("s3"), file.stat().st_size
    answers: list[Mapping[str, Any]] = []
    client.meta.events.register("after-call.s3", lambda parsed, **_: answers.append(parsed))
    with _progress(file) as advance:
        client.upload_file(str(file), found.bucket, key, Callback=advance)
    say(f"uploaded {file.name} to {key} ({screen.size(size)})")
    # Of a key that is current which began last: only the answer says which version this is.
    answer = next(each for each in answers if "VersionId" in each)
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    finished = parsedate_to_datetime(told).timestamp() if told else time.time()
    return Artifact(found.bucket, key, answer["VersionId"], finished, size)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal, nothing elsewhere."""
    console = screen.out()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    bar = Progress(*columns, TransferSpeedColumn(), console=console, transient=True)
    bar.disable = not console.is_terminal
    with bar:
        task = bar.add_task(file.name, total=file.stat().st_size)
        yield lambda count: bar.advance(task, count)


def _say(text: str) -> None:
    screen.out().print(text, soft_wrap=True)
