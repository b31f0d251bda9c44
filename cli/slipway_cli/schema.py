"""`slipway schema`: the manifest's JSON schema, for editors and checks."""

from slipway.manifest import schema as manifest_schema

from slipway_cli import screen


def schema() -> None:
    """Print the JSON schema of slipway.yaml."""
    screen.print_json(manifest_schema())
