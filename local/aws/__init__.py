"""The embedded AWS: the project's own template on moto, and the parts moto does not play."""
