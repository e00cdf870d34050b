"""A person is exported, and forgotten, by every door and with everything that may lie about of them."""

import re
from typing import TYPE_CHECKING

from kairos.domain.erasure import erasure
from kairos.domain.events import Ref
from kairos.domain.sources.canonical import to_dict

if TYPE_CHECKING:
    from tests.integration.infrastructure.recording import Run


def erasures(run: "Run") -> None:
    """By each door, with all that is put aside; then all that is still told of them."""
    for who in ("gro", "hugo"):
        for part in ("RejectedQueue", "EventsDlq", "BulkDlq", "SendDlq"):
            for told in ({"customer": who}, {"customer": "other"}, {"kairos": "wake", "customers": ["other", who]}):
                run.send(told, part=part)
    assert run.stack.request("GET", "/v1/customers/gro/export", key="dev-admin-key").status == 200
    run.stack.fail("sqs", "SendMessageBatch", "ServiceUnavailable", times=9)  # the sweep finds it
    delete(run, "gro")
    run.stack.advance("20m")
    html = next(m["html"] for m in reversed(run.stack.messages()) if m["customer"] == "emil" and "/p/" in m["html"])
    path = re.findall(r"/p/[\w-]+", html)[0]
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert run.stack.request("POST", path, b"do=erase", headers=form).status == 200
    run.stack.settle()
    run.send({"kairos": "event", "event": to_dict(erasure(Ref(id="hugo"), run.stack.clock(), "shop"))})
    for who in ("hugo", "anna"):
        run.put(who)
        run.follow("anna", "u", "POST")
        delete(run, who)
        run.follow("anna", "u", "POST")


def delete(run: "Run", who: str) -> None:
    assert run.stack.request("DELETE", f"/v1/customers/{who}", key="dev-admin-key").status == 202
    run.stack.settle()
