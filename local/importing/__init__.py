"""Customers from a file: what its columns mean, line by line into what the queue takes, and where it went on."""
