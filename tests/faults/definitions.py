"""The campaigns of a small shop that things go wrong in: one for each thing that can be told apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

POLICY: Final = """
brand: {{name: Nordlys, email: "Nordlys <hello@nordlys.example>", sms: NORDLYS, postal_address: "Strandgade 12"}}
timezone: Europe/Copenhagen
topics: {{offers: {{consent: explicit}}, news: {{consent: explicit}}, service: {{transactional: true}}}}
frequency_caps: [{{at_most: 3, per: 7d, topics: [news]}}]
attributes: {{indexed: [region]}}
providers: {{sms: {sms}, push: {push}}}
"""

CAMPAIGNS: Final[Mapping[str, str]] = {
    # whoever signs up is greeted: transactional, so that it goes out at least once
    "welcome": "topic: service\ntrigger: {event: signup}\nsteps: [{send: {channel: email, template: mail}}]",
    # a forgotten cart, and a word a day later: marketing, so that it goes out at most once
    "cart": """
topic: offers
trigger: {event: cart.updated, absent: {event: order.placed, for: 1h, same: properties.cart_id}}
key: "{{ event.properties.cart_id }}"
expires: 6h
exit: {event: order.placed}
steps: [{send: {channel: email, template: mail}}, {wait: 20h}, {send: {channel: email, template: later}}]
""",
    # a letter at once, at most three in a week
    "letter": "topic: news\ntrigger: {event: letter.wanted}\nsteps: [{send: {channel: email, template: mail}}]",
    "text": "topic: offers\ntrigger: {event: text.wanted}\nsteps: [{send: {channel: sms, template: short}}]",
    "reach": "topic: offers\ntrigger: {event: reach.wanted}\nsteps: [{send: {channel: [sms, email], template: both}}]",
    "push": "topic: offers\ntrigger: {event: push.wanted}\nsteps: [{send: {channel: push, template: note}}]",
    "told": "trigger: {event: told}\nsteps: [{emit: {type: shop.told}}]",
    # the tenth page of a week, counted exactly
    "often": """
topic: offers
trigger: {event: page.viewed}
audience: [did: {event: page.viewed, within: 7d, times: {at_least: 10}}]
key: once
steps: [{send: {channel: email, template: mail}}]
""",
    # moments of the day where the customer is
    "nine": "topic: service\ntrigger: {event: nine.wanted}\nexpires: 12h\n"
    'steps: [{wait: {until: "09:00"}}, {send: {channel: email, template: mail}}]',
    "night": "topic: service\ntrigger: {event: night.wanted}\n"
    'steps: [{wait: {until: "02:30"}}, {send: {channel: email, template: mail}}]',
    "birthday": "topic: service\ntrigger: {date: attributes.birthday, yearly: true}\n"
    "steps: [{send: {channel: email, template: mail}}]",
    # everybody of a region at once
    "frost": "topic: service\ntrigger: {external: weather.frost}\n"
    'audience: [attributes: {region: ["{{ event.properties.region }}"]}]\nkey: "{{ event.properties.date }}"\n'
    "steps: [{send: {channel: email, template: mail}}]",
    # templates that are right for the samples, and not for everything that is said
    "broken": "topic: offers\ntrigger: {event: broken.wanted}\nsteps: [{send: {channel: email, template: named}}]",
    "bomb": "topic: offers\ntrigger: {event: bomb.wanted}\nsteps: [{send: {channel: email, template: many}}]",
}

_HEAD: Final = '---\nsubject: "Hello"\n---\n'
_WAY_OUT: Final = '<p><a href="{{ unsubscribe_url }}">no more</a>, Strandgade 12</p>'
TEMPLATES: Final[Mapping[str, str]] = {
    "mail.email.html": f"{_HEAD}<p>Hello.</p>",
    "later.email.html": f"{_HEAD}<p>Still there.</p>",
    "named.email.html": f"{_HEAD}<p>{{{{ event.properties.name.first }}}}</p>",
    "many.email.html": f"{_HEAD}{{% for one in range(event.properties.count) %}}<p>{{{{ one * 1000 }}}}</p>{{% endfor %}}",
    "both.email.html": f"{_HEAD}<p>Hello.</p>",
    "both.sms.txt": "Hello. {{ unsubscribe_url }}",
    "short.sms.txt": "Hello. {{ unsubscribe_url }}",
    "note.push.yaml": 'title: "Hello"\nbody: "There"\n',
}


def write(folder: Path, providers: Mapping[str, str], changed: Mapping[str, str | None] | None = None) -> Path:
    """The campaigns as files; `changed` are others in their place, or None for one that is not there any more."""
    folder.mkdir(exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY.format(**{"sms": "sns", "push": "sns", **providers}))
    for name, text in {**CAMPAIGNS, **(changed or {})}.items():
        if text is not None:
            _campaign(folder / name, text if "status:" in text else f"status: live\n{text}")
    return folder


def _campaign(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "campaign.yaml").write_text(text)
    for file, body in TEMPLATES.items():
        if f"template: {file.partition('.')[0]}" in text:
            marketing = file.endswith("html") and "topic: service" not in text
            (folder / file).write_text(f"{body}{_WAY_OUT if marketing else ''}\n")
