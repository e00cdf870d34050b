"""Deterministic simulation: the real adapters, services and domain on an AWS in memory that is stricter than moto."""
