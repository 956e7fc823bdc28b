"""How fast it is, and how it stays: `python3 dev.py bench [NAME…] --out FILE` (docs/performance.md)."""
