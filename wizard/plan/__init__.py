"""The graph of a preset's steps, the changes that each would make now, and their rendering."""
