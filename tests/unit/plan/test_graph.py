"""The graph: which steps a preset has, in an order that respects their needs."""

from pathlib import Path
from typing import Any, cast

import pytest

from wizard.answers.loading import load
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid
from wizard.answers.profiles import effective
from wizard.charts.package import Packages
from wizard.plan.graph import Graph, build_graph
from wizard.plan.limits import not_carried_out
from wizard.ports import Charts
from wizard.steps.inputs import Inputs

PRESETS = Path(__file__).parents[3] / "presets"
NO_CHARTS = cast("Charts", None)


def graph_of(preset: Preset) -> Graph:
    return build_graph(Inputs(effective(preset), Packages(NO_CHARTS, Path("unused"))))


def preset(harbor: dict[str, Any] | None = None, **sections: Any) -> Preset:
    answers = {
        "schemaVersion": 1,
        "name": "test",
        "pki": {"kind": "none"},
        "harbor": {"url": "https://harbor.example.com", **(harbor or {})},
        **sections,
    }
    return Preset.model_validate(answers)


def ids(graph: Graph) -> list[str]:
    """The steps that every plan tells of."""
    return [step.id for step in graph.steps if not step.silent]


def test_the_smallest_preset_has_these_steps() -> None:
    assert ids(graph_of(preset())) == [
        "target.namespace",
        "harbor.secrets",
        "storage.probe",
        "harbor.release",
        "harbor.healthy",
    ]


def test_a_preset_with_everything_has_all_of_them(tmp_path: Path) -> None:
    full = preset(
        pki={"kind": "self-signed", "authority": {"kind": "local"}},
        delivery={"pullSecret": {"env": "PULL"}},
        harbor={
            "internalTls": True,
            "database": {
                "kind": "external",
                "host": "db",
                "username": "u",
                "password": {"env": "P"},
            },
        },
    )

    assert ids(graph_of(full)) == [
        "target.namespace",
        "harbor.secrets",
        "harbor.logins",
        "pki.authority",
        "pki.internal",
        "storage.probe",
        "harbor.release",
        "harbor.healthy",
    ]


def test_a_vault_is_set_up_before_cert_manager_asks_it() -> None:
    pki = {"kind": "self-signed", "authority": {"kind": "vault", "server": EXISTING}}
    assert ids(graph_of(preset(pki=pki)))[2:-3] == [
        "pki.cert-manager.namespace",
        "pki.cert-manager",
        "pki.vault.accounts",
        "pki.vault.root",
        "pki.vault.issuing",
        "pki.vault.role",
        "pki.vault.login",
        "pki.issuer",
        "pki.trial",
        "pki.certificate",
        "pki.root",
    ]


STATIC = {"kind": "static", "key": {"generate": True}}


def deployed(kind: str = "openbao", **server: Any) -> dict[str, Any]:
    answers = {"kind": "deploy", "unseal": STATIC, **server}
    return {"kind": "self-signed", "authority": {"kind": kind, "server": answers}}


def test_an_openbao_is_installed_before_it_is_set_up() -> None:
    found = [one for one in ids(graph_of(preset(pki=deployed()))) if one.startswith("pki.vault")]
    assert found[:7] == [
        "pki.vault.namespace",
        "pki.vault.certificate",
        "pki.vault.seal",
        "pki.vault.account",
        "pki.vault.server",
        "pki.vault.rights",
        "pki.vault.accounts",
    ]


def test_one_that_people_open_is_opened_before_it_is_set_up() -> None:
    steps = {
        step.id: step for step in graph_of(preset(pki=deployed(unseal={"kind": "shamir"}))).steps
    }
    assert "pki.vault.seal" not in steps
    assert steps["pki.vault.opened"].needs == ("pki.vault.server",)
    assert steps["pki.vault.rights"].needs == ("pki.vault.opened",)


@pytest.mark.parametrize("unseal", [{"kind": "shamir"}, STATIC], ids=["shamir", "static"])
def test_three_are_initialised_from_outside_however_they_open(unseal: dict[str, Any]) -> None:
    assert "pki.vault.opened" in ids(graph_of(preset(pki=deployed(unseal=unseal, replicas=3))))


def test_its_image_is_pulled_with_the_login_for_images() -> None:
    graph = graph_of(preset(pki=deployed(), delivery={"pullSecret": {"env": "PULL"}}))
    (server,) = [step for step in graph.steps if step.id == "pki.vault.server"]
    assert "pki.vault.pull" in server.needs


AWS = {"kind": "awskms", "region": "eu-central-1", "kmsKeyId": "alias/harbor"}
KEYS = {"accessKey": {"env": "A"}, "secretKey": {"env": "S"}}
TRANSIT = {"kind": "transit", "address": "https://a.test", "keyName": "k", "token": {"env": "T"}}


@pytest.mark.parametrize(
    ("unseal", "secret"),
    [({"kind": "shamir"}, False), (TRANSIT, True), (AWS, False), ({**AWS, **KEYS}, True)],
)
def test_a_vault_is_initialised_from_outside_however_it_opens(
    unseal: dict[str, Any], secret: bool
) -> None:
    steps = {step.id: step for step in graph_of(preset(pki=deployed("vault", unseal=unseal))).steps}
    assert ("pki.vault.seal" in steps) == secret
    assert steps["pki.vault.opened"].title == "Vault initialised and open"
    assert steps["pki.vault.rights"].needs == ("pki.vault.opened",)


@pytest.mark.parametrize("name", ["unseal-aws-kms", "unseal-azure", "unseal-gcp-kms"])
def test_the_examples_by_a_clouds_key_are_carried_out(name: str) -> None:
    assert PRESETS / "examples" / f"{name}.yaml" in CARRIED_OUT


def test_a_path_that_may_sign_needs_no_more_than_the_login_beside_it() -> None:
    server = {**EXISTING, "signPath": "pki_int/sign/harbor"}
    pki = {"kind": "self-signed", "authority": {"kind": "vault", "server": server}}
    vault = [one for one in ids(graph_of(preset(pki=pki))) if one.startswith("pki.vault")]
    assert vault == ["pki.vault.login"]


def test_authorities_from_files_are_a_step_of_their_own(tmp_path: Path) -> None:
    bundle = {"caBundle": str(tmp_path / "ca.pem")}

    assert "trust.bundle" in ids(graph_of(preset(network=bundle)))


ACME = {
    "kind": "acme",
    "server": "https://acme.example.com/directory",
    "email": "a@example.com",
    "solver": {"kind": "http01", "ingressClass": "nginx"},
}


def test_acme_stands_on_cert_manager_and_is_tried_at_the_staging_server() -> None:
    steps = {step.id: step for step in graph_of(preset(pki=ACME)).steps}
    tried = {**ACME, "stagingServer": "https://staging.example.com/directory"}
    with_staging = {step.id: step for step in graph_of(preset(pki=tried)).steps}

    assert steps["pki.issuer"].needs == ("pki.cert-manager",)
    assert steps["pki.trial"].needs == ("pki.issuer",)
    assert with_staging["pki.trial"].needs == ("pki.issuer.staging",)
    assert with_staging["pki.certificate"].needs == ("pki.issuer", "pki.trial")
    assert "pki.certificate" in with_staging["harbor.release"].needs


def test_an_issuer_that_exists_installs_nothing() -> None:
    found = ids(graph_of(preset(pki={"kind": "issuer", "name": "corp"})))
    assert [one for one in found if one.startswith("pki.")] == [
        "pki.issuer",
        "pki.trial",
        "pki.certificate",
    ]


CARRIED_OUT = [
    file for file in sorted(PRESETS.rglob("*.yaml")) if not list(not_carried_out(load([file])))
]


@pytest.mark.parametrize("file", CARRIED_OUT, ids=lambda file: file.stem)
def test_every_step_stands_behind_all_that_it_needs(file: Path) -> None:
    steps = graph_of(load([file])).steps

    for place, step in enumerate(steps):
        assert set(step.needs) <= {before.id for before in steps[:place]}


def test_probes_need_what_lets_them_pull_their_image_and_nothing_else() -> None:
    graph = graph_of(preset(delivery={"pullSecret": {"env": "PULL"}}))
    assert [step.id for step in graph.with_needs(graph.probes)] == [
        "target.namespace",
        "harbor.logins",
        "storage.probe",
    ]


def test_without_volumes_there_is_nothing_to_probe_but_the_bucket() -> None:
    s3 = {"kind": "s3", "bucket": "b", "accessKey": {"env": "A"}, "secretKey": {"env": "S"}}
    outside = {
        "database": {"kind": "external", "host": "db", "username": "u", "password": {"env": "P"}},
        "redis": {"kind": "external", "addresses": ["redis:6379"]},
        "scanner": {"trivy": {"enabled": False}},
        "values": {"jobservice": {"jobLoggers": ["database"]}},
    }
    graph = graph_of(preset(outside, storage={"blobs": s3}))
    assert [step.id for step in graph.probes] == ["storage.blobs.probe"]


TOKEN = {"kind": "token", "token": {"env": "TOKEN"}}
EXISTING = {"kind": "existing", "address": "https://vault.test", "auth": TOKEN}
SIGNER = {"kind": "offline", "root": "root.pem", "certificate": "issuing.pem"}
OFFLINE = {
    "kind": "self-signed",
    "authority": {"kind": "vault", "server": EXISTING, "issuing": {"signer": SIGNER}},
}
NFS = {"kind": "nfs", "server": "10.0.0.5", "path": "/exports"}


@pytest.mark.parametrize("driver", ["csi", "subdir"])
def test_volumes_on_nfs_have_a_driver_behind_its_login_a_class_and_a_probe(driver: str) -> None:
    storage = {"provisioner": {**NFS, "driver": driver}}
    graph = graph_of(preset(storage=storage, delivery={"pullSecret": {"env": "PULL"}}))
    steps = [step for step in graph.steps if step.id.startswith("storage.nfs.")]

    assert [(step.id, step.needs[-1]) for step in steps] == [
        ("storage.nfs.login", "target.namespace"),
        ("storage.nfs.driver", "storage.nfs.login"),
        ("storage.nfs.class", "storage.nfs.driver"),
        ("storage.nfs.probe", "storage.nfs.class"),
    ]
    assert {step.shares for step in steps[:2]} == {"kube-system"}


def test_an_authority_outside_needs_no_root_here() -> None:
    graph = graph_of(preset(pki=OFFLINE))
    made = [step.id for step in graph.steps if step.id.startswith("pki.vault.")]
    assert made == ["pki.vault.accounts", "pki.vault.issuing", "pki.vault.role", "pki.vault.login"]


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"trust": {"pods": "trust-manager"}}, "trust.pods"),
        ({"trust": {"nodes": "daemonset"}}, "trust.nodes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_carried_out_yet_is_refused_by_its_path(
    sections: dict[str, Any], path: str
) -> None:
    with pytest.raises(PresetInvalid) as refused:
        graph_of(preset(**sections))

    assert [problem.path for problem in refused.value.problems] == [path]
    assert refused.value.problems[0].fix


def test_all_that_is_not_carried_out_is_told_at_once() -> None:
    with pytest.raises(PresetInvalid) as refused:
        graph_of(preset(trust={"pods": "trust-manager", "nodes": "daemonset"}))

    assert len(refused.value.problems) == 2
