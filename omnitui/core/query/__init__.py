"""The one query language, for views, search, rules and the command line."""
