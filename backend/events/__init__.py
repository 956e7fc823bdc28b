"""Live events: numbered per person in PostgreSQL, pushed by server-sent events or fetched by poll."""
