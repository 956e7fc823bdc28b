"""Rules of meetings and rooms without Qt, network or a clock of their own."""
