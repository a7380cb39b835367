"""Volumes that will soon be full, by what kubelets measure."""

from collections.abc import Iterable

from wizard.diagnose.kinds import CLAIM, VOLUME_USE
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.diagnose.volumes import fill_of
from wizard.ports import Ref

_NEARLY = 95
"""Percent of the bytes or inodes."""


def _nearly_full(view: View) -> Iterable[Match]:
    for use in view.all(VOLUME_USE):
        fill, metadata = fill_of(use), use["metadata"]
        inodes = fill.inodes_percent or 0
        if max(fill.percent, inodes) < _NEARLY:
            continue
        of_inodes = f"; {inodes} % of its inodes are used" if inodes >= _NEARLY else ""
        yield Match(
            obj=view.get(Ref(CLAIM, metadata["namespace"], metadata["name"])) or use,
            cause=f"The volume is nearly full: {fill}{of_inodes}. Once it is, pushes and jobs "
            "fail, and a database ends.",
            fix="Let the claim grow, where its class can (`storage.volumes` of the preset for "
            "those of the chart). For the registry: delete what nobody needs, then run the garbage "
            "collection in Harbor's administration (Clean Up); deleting alone frees nothing.",
            evidence=(str(fill),),
        )


RULES = (
    Rule(
        "HW-232", "A volume is nearly full", Layer.STORAGE, (CLAIM, VOLUME_USE), _nearly_full,
        aside=True, either=True, offers="grow",
    ),
)  # fmt: skip
