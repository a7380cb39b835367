"""Small windows over a screen; each gives back what was chosen, or nothing."""
