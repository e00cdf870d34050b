"""Secrets of a stack, changed by one hand at a time."""

from collections.abc import Callable
from typing import Final

import click
from botocore.exceptions import ClientError

from local.reach import Reached

CURRENT: Final = "AWSCURRENT"


def read(reached: Reached, part: str) -> str:
    """What the secret holds now."""
    client = reached.client("secretsmanager")
    return str(client.get_secret_value(SecretId=reached.secret(part), VersionStage=CURRENT)["SecretString"])


def change(reached: Reached, part: str, step: Callable[[str], str]) -> str:
    """Puts what `step` makes of it in its place, unless somebody else was quicker: then exits 1, and nothing has changed.

    A new version lies beside the current one; the label that makes it current is moved from the version that was read.
    """
    client, name = reached.client("secretsmanager"), reached.secret(part)
    found = client.get_secret_value(SecretId=name, VersionStage=CURRENT)
    text = step(found["SecretString"])
    made = client.put_secret_value(SecretId=name, SecretString=text, VersionStages=["KAIROSNEXT"])
    try:
        client.update_secret_version_stage(
            SecretId=name, VersionStage=CURRENT,
            RemoveFromVersionId=found["VersionId"], MoveToVersionId=made["VersionId"],
        )  # fmt: skip
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidParameterException":
            raise
        raise click.ClickException("somebody else has changed the keys just now: look, and try again") from error
    return text
