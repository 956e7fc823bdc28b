"""A private PostgreSQL beside the service, for the demo, tests and machines without a server."""
