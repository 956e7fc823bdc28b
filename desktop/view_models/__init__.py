"""What a view shows and can do: QtCore only."""
