"""Normalisers: whatever a source says becomes the one canonical event, or is refused with the field's name."""
