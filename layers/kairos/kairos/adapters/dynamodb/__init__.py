"""The one table: states, profiles, entries, messages, addresses and control."""
