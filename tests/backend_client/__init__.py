"""Tests of `backend_client`."""
