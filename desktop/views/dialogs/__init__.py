"""Dialogs that stand over a window."""
