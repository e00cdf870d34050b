"""The ports on AWS and Jinja2; no adapter knows another."""
