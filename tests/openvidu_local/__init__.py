"""Tests of the OpenVidu-compatible server, with a client written from the protocol alone."""
