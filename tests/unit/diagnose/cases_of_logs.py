"""Rules about what containers say. The lines are those of PostgreSQL 18, Redis 7, distribution 2.8,
Trivy 0.6x and Harbor 2.13 to 2.15.
"""

from typing import Any

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case, forgotten, told
from wizard.diagnose.view import View
from wizard.ports import Kind

CORE_ERROR = '2026-11-23T21:29:44Z [ERROR] [/lib/http/error.go:57]: {{"errors":[{{"code":"{}"}}]}}'
LOST = "blob upload unknown"
REPLICA_SET = Kind("apps/v1", "ReplicaSet")


def made_anew(*, versions: tuple[str, ...], claim_age: float) -> View:
    """A database that was just initialised, in a volume of some age, after core had versions."""
    database = world.pod("database", age=60, claims=("database-data-harbor-database-0",))
    data = world.claim("database-data-harbor-database-0", "Bound")
    data["metadata"]["creationTimestamp"] = world.ago(claim_age)
    sets = [
        world.made(
            REPLICA_SET,
            f"harbor-core-{version}",
            component="core",
            spec={
                "replicas": 0,
                "template": {
                    "spec": {
                        "containers": [{"name": "core", "image": f"goharbor/harbor-core:{version}"}]
                    }
                },
            },
            status={"replicas": 0},
        )
        for version in versions
    ]
    said = (database, world.line("init DB, DB version:18", 50, "database"))
    return world.view(database, data, *sets, logs=(said,))


def converting(seconds: float, *more: str) -> View:
    """A database that is being converted for so long, with what its log says after that."""
    told_: Any = world.runs(seconds + 5)
    database = world.pod("database", told_, age=seconds + 10)
    lines = ["upgrade DB from 15 to 18", "start to upgrade.", *more]
    said = [(database, world.line(text, seconds - n, "database")) for n, text in enumerate(lines)]
    return world.view(database, logs=tuple(said))


def uploads(code: str, times: int) -> View:
    """A registry that answered so many requests with an error; "blob unknown" is in every push."""
    registry = world.pod("registry")
    text = f'level=error msg="response completed with error" err.code="{code}"'
    said = [(registry, world.line(text, 60 - n, "registry")) for n in range(times)]
    return world.view(registry, logs=tuple(said))


LOGS = (
    told(
        "HW-008",
        "database",
        "2026-11-23 21:29:44.100 UTC [1] FATAL:  data directory "
        '"/var/lib/postgresql/data/pgdata/pg18" has wrong ownership',
        'could not open directory "pg_notify": Permission denied by policy',
    ),
    forgotten(
        "HW-009",
        "database",
        '2026-11-23 21:29:44.100 UTC [27] PANIC:  could not fsync file "pg_wal/0000000100000000": '
        "Stale file handle",
    ),
    told(
        "HW-009",
        "database",
        'ERROR:  could not open file "base/16384/2619": Input/output error',
        'ERROR:  could not open file "base/16384/2619": No such file or directory',
        ready=True,
    ),
    told(
        "HW-010",
        "database",
        'postgres: could not open file "global/pg_control": No such file or directory',
        'LOG:  could not open file "postmaster.pid": No such file or directory',
    ),
    told(
        "HW-011",
        "core",
        "failed to initialize database: FATAL: password authentication failed for user "
        '"postgres" (SQLSTATE 28P01)',
        'FATAL: no pg_hba.conf entry for host "10.1.2.3", user "postgres"',
    ),
    told(
        "HW-012",
        "core",
        "[FATAL] failed to connect to tcp:db.corp:5432 after 60 seconds",
        "[ERROR] failed to connect to tcp:db.corp:5432, retry after 2 seconds",
    ),
    told(
        "HW-013",
        "core",
        "[FATAL] failed to initialize cache: dial tcp 10.1.2.3:6379: connect: connection refused",
        "[INFO] initialize cache: redis",
    ),
    told(
        "HW-014",
        "core",
        "[FATAL] failed to migrate: Dirty database version 150. Fix and force version.",
        "[INFO] The database has been migrated to version 150",
    ),
    told("HW-016", "core", "[WARNING] Invalid CSRF key from environment: abc, generating random",
         "[INFO] CSRF key read", ready=True),
    told(
        "HW-017",
        "core",
        '[DEBUG] [/lib/http/error.go:62]: {"errors":[{"code":"FORBIDDEN","message":'
        '"CSRF token invalid"}]}',
        "[DEBUG] [/server/middleware/csrf]: token not found in context, skip attaching",
        ready=True,
    ),
    forgotten(
        "HW-021",
        "core",
        "[WARNING] failed to decode bearer token: token has invalid claims: token is not valid yet",
    ),
    Case("HW-020", lambda: uploads(LOST, 3), lambda: uploads("blob unknown", 9)),
    Case("HW-020", lambda: uploads(LOST, 4), lambda: uploads(LOST, 2)),
    Case(
        "HW-101",
        lambda: made_anew(versions=("v2.8.4", "v2.15.2"), claim_age=86_400 * 300),
        lambda: made_anew(versions=("v2.15.2",), claim_age=86_400 * 300),
    ),
    Case(
        "HW-101",
        lambda: made_anew(versions=("v2.8.4", "v2.15.2"), claim_age=86_400 * 300),
        lambda: made_anew(versions=("v2.8.4", "v2.15.2"), claim_age=70),
    ),
    Case("HW-102", lambda: converting(200), lambda: converting(30)),
    Case(
        "HW-102",
        lambda: converting(30, "fail to upgrade.", "remove the /data/pg18 after fail to upgrade."),
        lambda: converting(30, "success to upgrade."),
    ),
    told(
        "HW-104",
        "jobservice",
        'Failed on load rest config err:http error: code 401, message {"errors":[{"code":'
        '"UNAUTHORIZED","message":"only internal service is allowed to call this API"}]}',
        "Failed on load rest config err:http error: code 503, url:http://harbor-core:80",
    ),
    told(
        "HW-109",
        "core",
        "[FATAL] failed to migrate the database: no migration found for version 170: read down",
        "[INFO] no change, version 170",
    ),
    forgotten(
        "HW-112",
        "redis",
        "25:C 23 Nov 21:29:44 # Failed opening the temp RDB file temp-25.rdb (in server root dir "
        "/var/lib/redis) for saving: Permission denied",
    ),
    told(
        "HW-113",
        "core",
        CORE_ERROR.format('UNKNOWN","message":"unknown: crypto/aes: invalid key size 17'),
        CORE_ERROR.format('UNKNOWN","message":"unknown: crypto/rsa: verification error'),
        ready=True,
    ),
    told(
        "HW-114",
        "core",
        "[ERROR] [/pkg/config/db/db.go:53]: decrypt password failed, error illegal base64 data at "
        "input byte 4",
        "[ERROR] [/pkg/config/db/db.go:53]: decrypt password failed, error crypto/aes: invalid key "
        "size 17",
        ready=True,
    ),
    forgotten(
        "HW-115",
        "jobservice",
        "dial harbor-core:443: tls: failed to verify certificate: x509: certificate has expired or "
        "is not yet valid: current time 2026-11-23T21:29:44Z is after 2026-11-20T00:00:00Z",
    ),
    told(
        "HW-116",
        "registry",
        'level=error msg="redis: error connecting: NOAUTH Authentication required."',
        'level=error msg="redis: error connecting: ERR AUTH <password> called without any password '
        'configured for the default user."',
        ready=True,
    ),
    told(
        "HW-117",
        "portal",
        "nginx: [emerg] socket() [::]:8080 failed (97: Address family not supported by protocol)",
        "nginx: [emerg] bind() to [::]:8080 failed (98: Address already in use)",
    ),
    forgotten(
        "HW-121",
        "core",
        "[ERROR] failed to ping registry https://hub.corp: tls: failed to verify certificate: "
        "x509: certificate signed by unknown authority",
    ),
    told(
        "HW-126",
        "database",
        'ERROR:  could not resize shared memory segment "/PostgreSQL.42" to 67244032 bytes: '
        "No space left on device",
        "LOG:  shared memory segment resized",
        ready=True,
    ),
    told(
        "HW-040",
        "registry",
        'level=error msg="response completed with error" err.code=unknown err.detail="filesystem: '
        'write /storage/docker/registry/v2/x/data: no space left on device"',
        'level=info msg="PurgeUploads finished. Space left on device: 40 GiB"',
        ready=True,
    ),
    told(
        "HW-209",
        "registry",
        'level=error err.detail="filesystem: mkdir /storage/docker: permission denied"',
        'level=warning msg="error authorizing context: authentication required: permission denied"',
        ready=True,
    ),
    forgotten(
        "HW-037",
        "trivy",
        '{"level":"error","err":"running trivy: FATAL init error: DB error: failed to download '
        'vulnerability DB: OCI artifact error"}',
    ),
    told(
        "HW-037",
        "trivy",
        "FATAL init error: DB error: database error: --skip-db-update cannot be specified on the "
        "first run",
        "INFO [vulndb] Need to update DB",
        ready=True,
    ),
)  # fmt: skip
