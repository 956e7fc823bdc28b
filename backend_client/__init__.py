"""The service as the desktop sees it: typed client, sign-in, live events, wire models and errors."""
