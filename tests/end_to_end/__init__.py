"""The whole product at once: two apps, the service on a real PostgreSQL, real media."""
