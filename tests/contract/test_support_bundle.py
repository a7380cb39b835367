"""A bundle opened again is the view that it was made of, and gives the same diagnosis."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.diagnose import cases_of_urls as urls
from tests.unit.diagnose import world as made
from tests.unit.diagnose.bundles import TARGET, files_of, parts_in
from tests.unit.diagnose.cases_of_secrets import CHANGED, STARTED, jobservice, wrote
from tests.unit.diagnose.cases_of_storage import filled
from tests.unit.diagnose.services import beside, cert_manager, dns, with_cert_manager
from tests.unit.schemas import validator
from wizard.diagnose.bundle.archive import write_archive
from wizard.diagnose.bundle.gather import Gathering, view_document
from wizard.diagnose.bundle.parts import MANIFEST
from wizard.diagnose.bundle.reading import open_bundle
from wizard.diagnose.components import components
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import CERT_MANAGER, DNS, SECRET, VOLUME_USE
from wizard.diagnose.view import View
from wizard.ports import Kind, LogLine

CORE = made.pod("core", made.waits("CrashLoopBackOff", "back-off", 5, **made.LOOP))
PULLING = made.pod("portal", made.waits("ImagePullBackOff", "Back-off pulling image"))
PULL = made.event(
    PULLING,
    "Failed",
    'Failed to pull image "docker.io/goharbor/harbor-portal:v2.15.2": failed to resolve reference: '
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
)
UNBOUND = made.claim("data-harbor-redis-0", storageClassName="fast")
VIEWS = {
    "empty": made.view(),
    "healthy": made.view(made.pod("core"), made.deployment("core", 1)),
    "failing": made.view(
        CORE,
        PULLING,
        PULL,
        UNBOUND,
        made.deployment("core"),
        logs=((CORE, made.line("Dirty database version 80", 9)),),
    ),
    "unseen": made.view(
        CORE, not_checked={Kind("v1", "Event"): "You may not list events in harbor"}
    ),
    "asked": urls.asked(urls.realm("https://core.harbor.domain")),
    "refused": urls.certificate("expired"),
    "unreached": urls.certificate("untrusted"),
    "services elsewhere": beside(
        with_cert_manager(cert_manager("cert-manager", 0)), DNS, dns(0), dns(0, name="kube-dns")
    ),
    "volumes": filled(96),
    "volumes of which not all are known": replace(
        filled(96), not_checked={VOLUME_USE: "the kubelet of node b did not answer"}
    ),
    "other words": View(
        made.view(
            made.unplaced("core", "0/3 nodes: „zu wenig“ \U0001f40b memory", 400)
        ).collections,
        made.NOW,
        {("uid", "quiet"): (), ("uid", "said"): (LogLine(made.NOW, "p", "said", "é\u2028x"),)},
        {Kind("cert-manager.io/v1", "Issuer"): "It is not served"},
        frozenset({Kind("cert-manager.io/v1", "Issuer")}),
    ),
}


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    async with simulated_world("on-premises", speed=0) as world:
        world.stage.store.put(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
        )
        yield world


async def written(world: SimulatedWorld, view: View, folder: Path) -> Path:
    """A bundle of the view, as the command makes it."""

    async def look() -> View:
        return view

    parts = parts_in(folder / "parts")
    async with Gathering(world, "harbor", "harbor", parts) as gathering:
        await gathering.gather(look)
    manifest = {"version": 1, "target": TARGET, "view": view_document(view)}
    parts.document(MANIFEST, manifest)
    write_archive(folder / "b.tgz", parts.folder, parts.all, view.now)
    return folder / "b.tgz"


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
async def test_a_view_comes_back_as_it_was(
    world: SimulatedWorld, view: View, tmp_path: Path
) -> None:
    opened = open_bundle(await written(world, view, tmp_path))
    again = opened.view
    assert opened.target == TARGET
    assert again.now == view.now
    assert [*again.logs.items()] == [(key, (*lines,)) for key, lines in view.logs.items()]
    assert list(again.not_checked.items()) == list(view.not_checked.items())
    assert again.unserved == view.unserved
    assert list(again.collections) == list(view.collections)
    for kind in view.collections:
        assert list(again.all(kind)) == list(view.all(kind))
    assert evaluate(again) == evaluate(view)
    findings = evaluate(view).findings
    assert components(again, "harbor", "harbor", findings) == components(
        view, "harbor", "harbor", findings
    )


async def test_the_failing_view_has_findings_of_objects_events_and_logs() -> None:
    assert len({one.id for one in evaluate(VIEWS["failing"]).findings}) >= 3


async def test_who_changed_a_secret_is_known_beside_the_sizes_of_its_keys(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    view = jobservice(STARTED, wrote(CHANGED))
    (seen,) = view.all(SECRET)
    world.stage.store.put(seen | {"data": {"secret": "aHVudGVyMjI="}})
    again = open_bundle(await written(world, view, tmp_path)).view
    (kept,) = again.all(SECRET)
    assert kept["data"] == {"secret": "8 bytes"}
    assert [one.id for one in evaluate(again).findings] == ["HW-241"]
    assert evaluate(again).findings == evaluate(view).findings


async def test_what_the_rules_do_not_look_at_is_there_and_changes_nothing(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    bundle = await written(world, VIEWS["healthy"], tmp_path)
    files = files_of(bundle)
    name = "objects/IngressClass.networking.k8s.io.json"
    assert json.loads(files[name])["items"]
    kind = Kind("networking.k8s.io/v1", "IngressClass")
    assert kind not in open_bundle(bundle).view.collections


async def test_services_that_may_only_be_listed_are_there_and_still_count_as_unread(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    unread = {
        DNS: "No right to watch deployments.apps in kube-system",
        CERT_MANAGER: "No right to watch deployments.apps",
    }
    view = made.view(made.pod("core"), not_checked=unread)
    bundle = await written(world, view, tmp_path)
    files = files_of(bundle)
    for name, deployment in (("dns", "coredns"), ("cert-manager", "cert-manager")):
        items = json.loads(files[f"objects/Deployment-{name}.apps.json"])["items"]
        assert [one["metadata"]["name"] for one in items] == [deployment]
    assert open_bundle(bundle).view.not_checked == unread


async def test_every_file_is_in_the_order_of_names(world: SimulatedWorld, tmp_path: Path) -> None:
    names = list(files_of(await written(world, VIEWS["failing"], tmp_path)))
    assert names == sorted(names)


def test_the_schema_refuses_what_is_no_manifest() -> None:
    assert not validator("bundle-manifest.json").is_valid({"version": 1})
