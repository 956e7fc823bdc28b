"""Accounts: signing in, staying signed in, who somebody is."""
