"""Texts for people at a form name answers by their labels."""

import pytest

from screens.models.plain_words import in_words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Name it in storage.provisioner.className.", 'Name it in "Provisioner: Storage class".'),
        ("choose another harbor.expose.kind", 'choose another "Exposure"'),
        ("the folder in `delivery.charts.path`", 'the folder in "Charts: Folder"'),
        ("https://harbor.url/x", "https://harbor.url/x"),
        ("harbor.example.com", "harbor.example.com"),
    ],
)
def test_paths_become_labels_and_all_else_stays(text: str, told: str) -> None:
    assert in_words(text) == told
