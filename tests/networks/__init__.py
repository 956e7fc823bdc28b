"""Rooms over networks that misbehave: Linux network namespaces, root only."""
