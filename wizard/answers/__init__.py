"""The preset: its model, how it is read, changed, checked and saved."""
