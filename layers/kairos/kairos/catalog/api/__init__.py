"""The HTTP API as a document: OpenAPI 3.1, made of models that share their bounds with what checks the requests."""
