import pytest

from local.segments import segments


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("ø" * 306, ("GSM-7", 306, 2)),
        ("€" * 81, ("GSM-7", 162, 2)),
        ("ş" + "a" * 69, ("UCS-2", 70, 1)),
        ("ş" + "a" * 70, ("UCS-2", 71, 2)),
        ("🕯" * 35, ("UCS-2", 70, 1)),
    ],
)
def test_what_a_text_is_billed_as(text: str, told: tuple[str, int, int]) -> None:
    assert segments(text) == told
