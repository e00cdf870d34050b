"""The whole system on a laptop; never deployed."""
