"""A chart of our own in the place of nfs-subdir-external-provisioner, which is not at hand.

Its name, versions and names of values are the real ones (4.0.18); any other value is refused. The
objects are those that the wizard has to cope with: the provisioner, its own mount, its rights. As
in the real one, some name no namespace.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.kube import Object

NAME = "nfs-subdir-external-provisioner"
VERSION = "4.0.18"

_CHART = f"apiVersion: v1\nname: {NAME}\nversion: {VERSION}\nappVersion: 4.0.2\n"
_VALUES = f"""\
image:
  repository: registry.k8s.io/sig-storage/{NAME}
  tag: v4.0.2
imagePullSecrets: []
nfs:
  server:
  path: /nfs-storage
  mountOptions:
storageClass:
  create: true
  provisionerName:
"""


def _only(**properties: Object) -> Object:
    return {"type": "object", "additionalProperties": False, "properties": properties}


_SCHEMA = _only(
    image=_only(repository={"type": "string"}, tag={"type": "string"}),
    imagePullSecrets={"type": "array"},
    nfs=_only(server={"type": "string"}, path={"type": "string"}, mountOptions={"type": "array"}),
    storageClass=_only(create={"const": False}, provisionerName={"type": "string"}),
)
_TEMPLATE = """\
{{- $name := printf "%s-%s" .Release.Name .Chart.Name }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: &labels {app: {{ .Chart.Name }}, release: {{ .Release.Name }}}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: *labels}
  template:
    metadata:
      labels: *labels
    spec:
      serviceAccountName: {{ $name }}
      imagePullSecrets: {{ toJson .Values.imagePullSecrets }}
      containers:
      - name: {{ .Chart.Name }}
        image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
        env:
        - {name: PROVISIONER_NAME, value: {{ .Values.storageClass.provisionerName }}}
        - {name: NFS_SERVER, value: {{ .Values.nfs.server }}}
        - {name: NFS_PATH, value: {{ .Values.nfs.path }}}
        volumeMounts: [{name: root, mountPath: /persistentvolumes}]
      volumes:
      - {name: root, persistentVolumeClaim: {claimName: pvc-{{ $name }}}}
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pv-{{ $name }}
  labels: {provisioner: {{ $name }}}
spec:
  capacity: {storage: 10Mi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  mountOptions: {{ toJson .Values.nfs.mountOptions }}
  nfs: {server: {{ .Values.nfs.server }}, path: {{ .Values.nfs.path }}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: pvc-{{ $name }}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  selector: {matchLabels: {provisioner: {{ $name }}}}
  resources: {requests: {storage: 10Mi}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}-runner
rules:
- {apiGroups: [""], resources: [persistentvolumes], verbs: [get, list, watch, create, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: run-{{ $name }}
subjects: [{kind: ServiceAccount, name: {{ $name }}, namespace: {{ .Release.Namespace }}}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ $name }}-runner}
"""


def write_chart(folder: Path) -> Path:
    """Its package, in a folder."""
    files: Mapping[str, str] = {
        "Chart.yaml": _CHART,
        "values.yaml": _VALUES,
        "values.schema.json": json.dumps(_SCHEMA),
        "templates/provisioner.yaml": _TEMPLATE,
    }
    path = folder / f"{NAME}-{VERSION}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{NAME}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
