"""A WhatsApp message is a template that was approved there, and what it is filled with."""

from dataclasses import replace

import pytest

from kairos.catalog.templates import compile_folder
from kairos.service.ports import BrokenTemplate
from tests.unit.adapters.rendered import ADDRESSES, NOW, PUT, dossier, renderer

TEMPLATE = """\
template: cart_reminder
language: da
parameters: ["{{ customer.name }}", "{{ money(event.properties.total) }}"]
image: "{{ event.properties.image }}"
buttons: ["cart/{{ event.properties.cart }}", ""]
"""
EVENT = {"properties": {"total": 12.5, "image": "https://images.example/a.png", "cart": "c 1"}}
TO = {**ADDRESSES, "whatsapp": "+4520123456"}


def compiled(folder, source):
    (folder / "x.whatsapp.yaml").write_text(source)
    found = compile_folder(folder)
    return found.templates.get("x", {}).get("whatsapp"), [
        str(problem).removeprefix(f"{folder}/") for problem in found.problems
    ]


def rendered(folder, source, name="Ada", event=EVENT):
    fields, problems = compiled(folder, source)
    assert problems == []
    put = replace(PUT, channel="whatsapp")
    return renderer(whatsapp=fields).render(dossier(put, {"name": name}, event, TO), NOW)


def test_it_is_filled_field_by_field(tmp_path):
    made = rendered(tmp_path, TEMPLATE)
    assert made.to == {"whatsapp": "+4520123456"}
    assert made.text == "cart_reminder (da): Ada, 12,50 kr."
    assert made.data == {
        "template": "cart_reminder", "language": "da", "parameters": ["Ada", "12,50 kr."],
        "image": "https://images.example/a.png", "buttons": ["cart/c%201", ""],
    }  # fmt: skip


def test_parameters_may_have_names(tmp_path):
    made = rendered(tmp_path, 'template: t\nlanguage: da\nparameters: {who: "{{ customer.name }}"}\n')
    assert made.data["parameters"] == {"who": "Ada"}
    assert made.text == "t (da): Ada"


def test_a_parameter_is_one_line(tmp_path):
    made = rendered(tmp_path, 'template: t\nlanguage: da\nparameters: ["{{ customer.name }}"]\n', "A\n\tda    x")
    assert made.data["parameters"] == ["A da x"]


@pytest.mark.parametrize(
    ("name", "event", "why"),
    [
        (" ", EVENT, "parameters.0: empty, which WhatsApp does not take"),
        ("a" * 1_100, EVENT, "characters, expected at most 1,024"),
        ("Ada", {"properties": {**EVENT["properties"], "image": "javascript:1"}}, "link: not an http(s) address"),
    ],
)
def test_what_whatsapp_would_refuse_is_not_sent(tmp_path, name, event, why):
    with pytest.raises(BrokenTemplate) as broken:
        rendered(tmp_path, TEMPLATE, name, event)
    assert why in str(broken.value)


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ("language: da\n", ["x.whatsapp.yaml:1:1: template: no template, expected the template that WhatsApp approved"]),
        ("template: t\n", ["x.whatsapp.yaml:1:1: language: no language, expected the language that WhatsApp approved"]),
        ("template: t\nlanguage: da\nparameters: x\n", ["x.whatsapp.yaml:3:13: parameters: not text (a value that starts with {{ needs quotes)"]),
        ("template: t\nlanguage: da\nparameters: [[x]]\n", ["x.whatsapp.yaml:3:13: parameters: not text (a value that starts with {{ needs quotes)"]),
        ("template: t\nlanguage: da\nparameter: [x]\n", ["x.whatsapp.yaml:3:1: parameter: unknown key, expected template, language, parameters, image, buttons (did you mean 'parameters'?)"]),
        ('template: t\nlanguage: da\nparameters: ["{{ costumer.x }}"]\n', ["x.whatsapp.yaml:3:1: parameters.0: 'costumer' is not in scope (did you mean 'customer'?)"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_is_said(tmp_path, source, problems):
    assert compiled(tmp_path, source)[1] == problems
