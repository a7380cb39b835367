"""Programs for those who develop the wizard; never shipped."""
