"""What a running `kairos dev` has archived."""

import json
from typing import Any

from tests.end_to_end.dev_client import Dev


def archived(dev: Dev) -> list[dict[str, Any]]:
    """Every event that was heard, in the project's canonical form."""
    assert dev.ask("POST", "/_local/settle")[0] == 200
    s3 = dev.aws("s3")
    [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"] if "archive" in one["Name"]]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    bodies = [
        s3.get_object(Bucket=bucket, Key=item["Key"])["Body"] for page in pages for item in page.get("Contents", [])
    ]
    lines = [json.loads(line) for body in bodies for line in body.read().splitlines()]
    return [line["event"] for line in lines if "event" in line]
