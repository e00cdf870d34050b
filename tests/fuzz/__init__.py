"""Payloads of real clients, broken in every way that chance finds, against the deployed functions."""
