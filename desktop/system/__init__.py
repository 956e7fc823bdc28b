"""What the operating system does for the apps: secrets, settings, places for files, logs. No Qt."""
