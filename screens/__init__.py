"""The terminal screens: they edit a draft, ask for problems and choices, and show events."""
