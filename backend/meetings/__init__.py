"""Meetings: planning, starting, entering, ending."""
