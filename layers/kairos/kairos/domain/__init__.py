"""The pure core: no clock, no ids, no environment, no I/O."""
