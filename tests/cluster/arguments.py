"""How each program of the control plane is started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.cluster.build import Programs
from tests.cluster.certificates import Certificates
from tests.cluster.kube import Object
from tests.cluster.process import free_port

KWOK = Path(__file__).parent / "kwok"
WATCHED_BY_KWOK = ("ClusterLogs", "Logs", "ClusterPortForward")


@dataclass(frozen=True)
class Ports:
    """Free ports of 127.0.0.1, kept for the life of the control plane."""

    etcd: int
    etcd_peer: int
    api: int
    controllers: int
    kubelet: int

    @classmethod
    def pick(cls) -> Ports:
        """Five that nobody uses now."""
        picked: set[int] = set()
        while len(picked) < 5:
            picked.add(free_port())
        return cls(*picked)


@dataclass(frozen=True)
class Arguments:
    """The command lines, from one set of ports, certificates and folders."""

    programs: Programs
    certificates: Certificates
    ports: Ports
    folder: Path
    kubeconfig: Path

    def etcd(self) -> list[str]:
        """Without fsync: nothing here outlives the machine."""
        client = f"http://127.0.0.1:{self.ports.etcd}"
        peer = f"http://127.0.0.1:{self.ports.etcd_peer}"
        return [
            self.programs.path("etcd"),
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]

    @property
    def egress(self) -> Path:
        """Says how the API server reaches Services (and nodes)."""
        return self.folder / "egress.yaml"

    def api_server(self) -> list[str]:
        """With RBAC and an audit log that is written before a request ends."""
        file = self.certificates.path
        return [
            self.programs.path("kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{self.ports.etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self.ports.api}",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            "--service-cluster-ip-range=10.0.0.0/16",
            f"--client-ca-file={file('ca.crt')}",
            f"--tls-cert-file={file('server.crt')}",
            f"--tls-private-key-file={file('server.key')}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={file('service-accounts.pub')}",
            f"--service-account-signing-key-file={file('service-accounts.key')}",
            f"--kubelet-client-certificate={file('admin.crt')}",
            f"--kubelet-client-key={file('admin.key')}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--audit-policy-file={self.folder / 'audit-policy.yaml'}",
            f"--audit-log-path={self.folder / 'audit.log'}",
            "--audit-log-mode=blocking",
            "--audit-log-maxsize=100000",
            f"--egress-selector-config-file={self.egress}",
        ]

    def controllers(self) -> list[str]:
        """Every standard controller, each with its own identity."""
        file = self.certificates.path
        return [
            self.programs.path("kube-controller-manager"),
            f"--kubeconfig={self.kubeconfig}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.ports.controllers}",
            "--leader-elect=false",
            # As shipped they are throttled so much that starting them takes five seconds.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            # A claim that came before its volume, made by hand, would wait for fifteen seconds.
            "--pvclaimbinder-sync-period=1s",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={file('service-accounts.key')}",
            f"--root-ca-file={file('ca.crt')}",
            f"--cluster-signing-cert-file={file('ca.crt')}",
            f"--cluster-signing-key-file={file('ca.key')}",
        ]

    def scheduler(self) -> list[str]:
        """The default scheduler, without its own port.

        A pod that it fails to try again when its claim is bound, as once in hundreds of pods, waits
        for half a minute instead of five: longer than tests do.
        """
        return [
            self.programs.path("kube-scheduler"),
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
            "--pod-max-in-unschedulable-pods-duration=30s",
        ]

    def kubelets(self) -> list[str]:
        """Kwok in place of every node's kubelet; Stages from files, the rest from objects."""
        stages = [f"--config={path}" for path in sorted(KWOK.glob("stages-*.yaml"))]
        return [
            self.programs.path("kwok"),
            f"--kubeconfig={self.kubeconfig}",
            "--manage-all-nodes",
            "--node-ip=127.0.0.1",
            f"--node-port={self.ports.kubelet}",
            f"--server-address=127.0.0.1:{self.ports.kubelet}",
            f"--tls-cert-file={self.certificates.path('server.crt')}",
            f"--tls-private-key-file={self.certificates.path('server.key')}",
            "--node-lease-duration-seconds=40",
            "--cidr=10.244.0.0/16",
            f"--enable-crds={','.join(WATCHED_BY_KWOK)}",
            *stages,
        ]


def egress_through(socket: str) -> Object:
    """The API server's configuration by which it connects to Services and nodes through a proxy,
    which listens on a Unix socket.
    """
    connection = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": socket}}}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": "cluster", "connection": connection}],
    }
