"""The order of steps, against ports."""
