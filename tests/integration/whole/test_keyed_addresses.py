"""Outside of profiles an address stands as a hash that nobody can make without the stack's key."""

from kairos.domain.identity import keyed
from local.stack import Stack

MAIL = "bounce@simulator.amazonses.com"


def test_suppression_and_state_know_an_address_by_the_stacks_own_key(whole: Stack) -> None:
    assert whole.request("PUT", "/v1/customers/ada", {"addresses": {"email": MAIL}}, key="dev-admin-key").status == 200
    whole.post_events([{"type": "customer.registered", "customer": "ada"}])
    whole.advance("1m")
    secret = whole.session.client("secretsmanager").get_secret_value(
        SecretId=whole.template.resolve.known["AddressKeySecret"]
    )
    ours, anybodys = (f"A#email#{keyed(key)('email', MAIL)}" for key in (secret["SecretString"].encode(), b""))
    stand = {item.to_json()["Attributes"]["pk"]["S"] for item in whole.table.all_items()}
    assert ours in stand
    assert anybodys not in stand
