"""Programs for those who work on omnitui itself."""
