"""Moving in from WordPress: `export` reads its file, `text` turns its HTML into ours, `moving`
writes what was read through the workflow as staff would, `pictures` finds the files on disk."""
