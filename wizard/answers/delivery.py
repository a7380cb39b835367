"""Where charts and images come from."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import LocalPath, Registry, Repository
from wizard.answers.secrets import GivenSecret
from wizard.answers.section import Section, answer


class UpstreamCharts(Section):
    """Charts from the repositories of their makers."""

    label = "From their makers"
    kind: Literal["upstream"]


class DirectoryCharts(Section):
    """Chart packages in a folder of this machine."""

    label = "From a folder"
    kind: Literal["directory"]
    path: LocalPath = answer(
        label="Folder",
        help="The folder with chart packages such as harbor-1.19.2.tgz.",
        example="charts",
    )


class BundleCharts(Section):
    """Reserved: one file with charts and images, made by `wizard bundle create`."""

    label = "From a bundle"
    kind: Literal["bundle"]
    path: LocalPath = answer(label="Bundle", help="The bundle file.", example="harbor.bundle")


Charts = Annotated[UpstreamCharts | DirectoryCharts | BundleCharts, Field(discriminator="kind")]


class Delivery(Section):
    """Where charts and images come from."""

    charts: Charts = answer(
        UpstreamCharts(kind="upstream"),
        label="Charts",
        help="Where Helm charts come from.",
        front=True,
    )
    image_mirrors: Mapping[Registry, Repository] = answer(
        {},
        label="Image mirrors",
        help="Registries that stand in for others: images of the left one are pulled from the "
        "right one.",
        example={"docker.io": "registry.corp/hub"},
        front=True,
    )
    pull_secret: GivenSecret | None = answer(
        None,
        label="Pull secret",
        help="Registry logins in Docker's config.json format, for every pod that the wizard "
        "brings.",
        example={"file": "dockerconfig.json"},
        stored="copied into a Secret of type kubernetes.io/dockerconfigjson",
        front=True,
    )
