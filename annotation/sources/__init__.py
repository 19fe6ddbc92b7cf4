"""What raw rows look like: readers (one a file format) and recipes (one a kind of record)."""
