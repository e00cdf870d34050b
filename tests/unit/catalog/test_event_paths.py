import pytest

from kairos.catalog.jinja_source import covering, event_paths


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("Hi {{ customer.name }}", ()),
        ("{{ event.properties.cart_id }}", ("properties.cart_id",)),
        ("{{ event['properties']['cart_id'] }}", ("properties.cart_id",)),
        ("{{ event.type }} {{ event.properties.total | money }}", ("properties.total", "type")),
        ("{{ event.properties.total }} {{ event.properties.total.net }}", ("properties.total",)),
        ("{% for item in event.properties['items'] %}{{ item.name }}{% endfor %}", ("properties.items",)),
        ("{{ event.properties['items'][0].name }}", ("properties.items",)),
        ("{{ (event.properties['items'] | first).name }}", ("properties.items",)),
        ("{{ event.properties.a if event.context.b else event.id }}", ("context.b", "id", "properties.a")),
        ("{{ link(event.properties.url | default(brand.website), 'x') }}", ("properties.url",)),
        ("{{ event.properties.name.upper() }}", ("properties.name",)),
        ("{{ event.properties[customer.x] }}", ("properties",)),
        ("{{ event.properties[event.type] }}", ("properties", "type")),
        ("{{ event[customer.x].y }}", ("",)),
        ("{{ event }}{{ event.id }}", ("",)),
        ("{% set e = event.properties %}{{ e.a }}", ("properties",)),
        ("{% set e = event %}{{ e.a }}", ("",)),
        ("{{ event.properties['a.b'] }}", ("properties",)),
        (
            "{% if event.properties.a is defined and event.properties.ab %}{% endif %}",
            ("properties.a", "properties.ab"),
        ),
    ],
)
def test_only_the_fields_that_a_template_reads_are_kept(source, paths):
    assert covering(event_paths(source) - {"browser"}) == paths


@pytest.mark.parametrize(
    "source", ["{{ event.properties.name }}", "{{ link(event.properties.url) }}", "{{ event.id }}"]
)
def test_whether_a_browser_reported_it_is_kept_with_whatever_is_read(source):
    assert "browser" in event_paths(source)
    assert not event_paths("Hi {{ customer.name }}")
