"""Breaks a local stack on purpose, for practice with docs/runbook.md."""
