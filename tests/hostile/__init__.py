"""Generated hostile input for both ends of the wire."""
