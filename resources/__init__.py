"""Data files of the apps and the small readers that find them."""
