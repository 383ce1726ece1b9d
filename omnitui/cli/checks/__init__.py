"""What `omnitui doctor` looks at, one file a subject; each gives findings, none changes anything."""
