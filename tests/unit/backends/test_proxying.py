"""Proxies as kubectl and Helm choose them."""

import pytest

from backends.cluster.proxying import proxy_for

PROXY = "http://proxy.test:3128"


@pytest.mark.parametrize(
    ("url", "no_proxy", "used"),
    [
        ("https://k8s.corp.test:6443", "", True),
        ("https://k8s.corp.test:6443", "*", False),
        ("https://k8s.corp.test:6443", "corp.test", False),
        ("https://k8s.corp.test:6443", ".corp.test", False),
        ("https://corp.test", ".corp.test", True),
        ("https://corp.test", "corp.test", False),
        ("https://k8s.corp.test:6443", "a.test, K8S.corp.test", False),
        ("https://k8s.corp.test:6443", "k8s.corp.test:6443", False),
        ("https://k8s.corp.test:6443", "k8s.corp.test:443", True),
        ("https://notcorp.test", "corp.test", True),
        ("https://10.1.2.3:6443", "10.0.0.0/8", False),
        ("https://11.1.2.3:6443", "10.0.0.0/8", True),
        ("https://10.1.2.3:6443", "10.1.2.3", False),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", False),
        ("https://[fd00::1]:6443", "fd00::/8", False),
        ("https://localhost:6443", "", False),
        ("https://127.0.0.1:6443", "", False),
        ("https://[::1]:6443", "", False),
    ],
)
def test_no_proxy(url: str, no_proxy: str, used: bool) -> None:
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}
    assert proxy_for(url, environ) == (PROXY if used else None)


def test_lower_case_names_and_a_missing_scheme() -> None:
    assert proxy_for("https://k8s.test", {"https_proxy": "proxy.test:3128"}) == PROXY
    assert not proxy_for("https://k8s.test", {"HTTP_PROXY": PROXY})
    assert not proxy_for("https://k8s.test", {})
