"""What `omnitui doctor` looks at, one file a subject; each gives findings; only `mending.py` changes anything."""
