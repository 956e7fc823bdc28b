"""The room window: stage, control bar and the screens before and after the live picture."""
