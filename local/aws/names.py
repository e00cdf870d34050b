"""What the embedded AWS is called."""

from typing import Final

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
STACK: Final = "kairos"
NOW: Final = "x-kairos-now"
"""The header of its answers that says what time it is there, in milliseconds."""
