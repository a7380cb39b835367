"""Widgets of the screens: each shows what it is given, and says by messages what a person does."""
