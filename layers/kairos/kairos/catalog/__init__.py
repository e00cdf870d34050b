"""Reads campaigns/, validates, and compiles to what the domain runs."""
