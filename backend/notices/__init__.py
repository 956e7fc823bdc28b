"""Notifications: what a person should know, kept until read."""
