"""Example presets and the generated `preset.schema.json`, shipped with the wizard."""
