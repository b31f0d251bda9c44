"""MiniStack's environment variables: the only way to configure it, read when it is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Access key and secret of the account's root user. MiniStack takes it from anyone who reaches it:
# what keeps others out is the loopback interface.
ROOT_KEY = "test"
# On AWS the first retry of an asynchronous invocation comes after one minute.
_ASYNC_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """One cloud: where it listens, who owns it, how fast its time runs.

    `time_scale` is how long a waited second lasts: at 0.01 a wait of five minutes takes three
    seconds. `instance_seconds` is how long SageMaker takes over bringing up instances, before
    it is scaled. `state` is the cloud's folder; `models`, which clouds may share, is where models
    run: the environments of their images, their folders and their logs. With `keep` what the cloud
    holds outlives it, however it ends. `project` is where images of one's own are told of.
    """

    state: Path
    models: Path
    port: int
    auth: bool = True
    region: str = "us-east-1"
    account: str = "000000000000"
    time_scale: float = 1.0
    instance_seconds: float = 0.0
    keep: bool = False
    project: Path | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def owner(self) -> tuple[str, str]:
        """The account and the region that everything belongs to."""
        return self.account, self.region

    @property
    def temporary(self) -> Path:
        """Where workers unpack code; emptied at each start and stop."""
        return self.state / "tmp"

    @property
    def kept(self) -> Path:
        """What the cloud holds, on disk; in `temporary` where it shall not outlive the cloud."""
        return (self.state if self.keep else self.temporary) / "kept"

    @property
    def runtime(self) -> Path:
        """The environment that functions run in."""
        return self.state / "runtime"


def environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the cloud's process, whose workers inherit it.

    Of `inherited` only the search path, the language, the loader's settings and the trusted
    certificates are kept, so that neither a function nor MiniStack finds the user's profiles,
    tokens, proxies or home.
    """
    kept = {name: inherited[name] for name in _KEPT if name in inherited}
    return kept | {
        "AUTH": "true" if settings.auth else "false",
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_CONFIG_FILE": str(settings.state / "no-config"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_SHARED_CREDENTIALS_FILE": str(settings.state / "no-credentials"),
        "BIND_HOST": "127.0.0.1",
        # Who called what, for whoever wonders: `aws cloudtrail lookup-events`.
        "CLOUDTRAIL_RECORDING": "1",
        # No socket there: MiniStack neither starts containers nor removes other people's.
        "DOCKER_HOST": f"unix://{settings.state / 'no-docker'}",
        "GATEWAY_PORT": str(settings.port),
        "HOME": str(settings.temporary),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": str(_ASYNC_RETRY_SECONDS * settings.time_scale),
        "MINISTACK_ACCOUNT_ID": settings.account,
        "MINISTACK_REGION": settings.region,
        "PERSIST_STATE": str(int(settings.keep)),
        "S3_DATA_DIR": str(settings.kept / "s3"),
        "S3_PERSIST": str(int(settings.keep)),
        # What functions take for a minute of metrics.
        "SLIPWAY_MINUTE_SECONDS": str(_MINUTE * settings.time_scale),
        "SFN_WAIT_SCALE": str(settings.time_scale),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(settings.kept),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(settings.temporary),
        "TZ": "UTC",
        # What one cloud has downloaded for an image, the next need not download again.
        "UV_CACHE_DIR": inherited.get(
            "UV_CACHE_DIR", f"{inherited.get('HOME', settings.state)}/.cache/uv"
        ),
    }


_MINUTE = 60.0
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SSL_CERT_DIR", "SSL_CERT_FILE")
