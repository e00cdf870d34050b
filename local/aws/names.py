"""What the embedded AWS is called."""

from typing import Final

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
STACK: Final = "kairos"
