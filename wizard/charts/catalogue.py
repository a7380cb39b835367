"""Which chart installs which Harbor, where it comes from, and what its package looks like."""

import re

from wizard.errors import UsageError
from wizard.ports import ChartSource

HARBOR_REPOSITORY = "https://helm.goharbor.io"

OLDEST_MINOR = 14
"""Harbor 2.14: older charts lack the exposure through a Gateway, and get no more fixes."""

DIGESTS = {
    "cert-manager-v1.21.1.tgz": "c50499d44b085a8b292b47996ea93d2754b139e19054742981a452eb51ac9c67",
    "csi-driver-nfs-4.13.4.tgz": "815ac441a2dd0e48c82fa92d043e96caac4dd8ac422fbba91ed76892ed32da54",
    "harbor-1.18.4.tgz": "2caaf8e51c996d874e734b531ef97f2fd2b26e0445a8f04c53d94d3660fe58bb",
    "harbor-1.19.2.tgz": "5e1d1a1f13b405eb49fa838c7379f62c21f6663c81c675a5d055ec3b0e8ce745",
    "openbao-0.29.2.tgz": "a3660db0d437fb7306c2c69191429eac23e80dad96aca886e6dfdb4aae53a626",
    "vault-0.34.1.tgz": "c18b98c776a1ef4551403b972b75ef3b9ec629750370b55c608619c73dae9c3d",
}
"""SHA-256 of the upstream packages that the wizard is tested with, by file name."""


def harbor_chart(harbor: str) -> ChartSource:
    """The chart of a Harbor version such as "2.15.2".

    The chart's minor is Harbor's plus 4 and the patches are equal: so it is for every release
    from chart 1.13.0 on (https://github.com/goharbor/harbor-helm/releases).
    Raises UsageError for anything but a version of Harbor 2 from 2.14 on.
    """
    found = re.fullmatch(r"2\.(\d+)\.(\d+)", harbor)
    if found is None or int(found[1]) < OLDEST_MINOR:
        why, fix = _refusal(harbor)
        raise UsageError(
            f"Harbor {harbor} cannot be installed", why=why, where="versions.harbor", fix=fix
        )
    version = f"1.{int(found[1]) + 4}.{found[2]}"
    return ChartSource("harbor", version, repository=HARBOR_REPOSITORY)


def _refusal(harbor: str) -> tuple[str, str]:
    """Why there is no chart for a version, and what to do."""
    if re.fullmatch(r"[012]\.\d+\.\d+", harbor):
        return (
            f"the wizard installs Harbor 2.{OLDEST_MINOR} and newer",
            "name a newer version; an older Harbor is upgraded minor by minor first",
        )
    if re.fullmatch(r"\d+\.\d+\.\d+", harbor):
        return (
            "this wizard knows the charts of Harbor 2 only",
            "name a version of Harbor 2, or use a newer wizard",
        )
    return "it is not the three numbers of a release", "write all three, such as 2.15.2"


def package_file(source: ChartSource) -> str:
    """The name of a chart's package, as Helm writes it."""
    return f"{source.name}-{source.version}.tgz"
