"""Tests, the demo and the benches; never shipped."""
