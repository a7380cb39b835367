"""The database and the Redis that Harbor needs."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import Count, Flag, Host, HostPort, Port, Text
from wizard.answers.secrets import GENERATE, GivenSecret, Secret
from wizard.answers.section import Section, answer


class InternalDatabase(Section):
    """The PostgreSQL of the chart: one pod."""

    label = "Inside the cluster"
    kind: Literal["internal"]
    password: Secret = answer(
        GENERATE,
        label="Password",
        help="The password of the database; never change it once Harbor runs.",
        stored="copied: the chart takes it as a value only, so it rests in Helm's release Secret",
    )


class ExternalDatabase(Section):
    """A PostgreSQL that you run; the database must exist and be empty at first."""

    label = "One we run"
    kind: Literal["external"]
    host: Host = answer(label="Host", help="The server.", example="postgres.example.com")
    port: Port = answer(5432, label="Port", help="The port.", front=True)
    name: Text = answer("registry", label="Database", help="The database.", front=True)
    username: Text = answer(label="User", help="The user.", example="harbor")
    password: GivenSecret = answer(
        label="Password",
        help="The user's password.",
        example={"env": "HARBOR_DB_PASSWORD"},
        stored="in place where the Secret is in the target namespace and its key is `password`, "
        "else copied",
    )
    ssl_mode: Literal["disable", "require", "verify-ca", "verify-full"] = answer(
        "require",
        label="TLS",
        help="How strictly the connection is encrypted and the server verified.",
    )


Database = Annotated[InternalDatabase | ExternalDatabase, Field(discriminator="kind")]


class InternalRedis(Section):
    """The Redis of the chart: one pod, without a password."""

    label = "Inside the cluster"
    kind: Literal["internal"]


class RedisIndexes(Section):
    """Which database of the Redis serves what."""

    core: Count = answer(0, label="Core", help="Sessions.")
    jobservice: Count = answer(1, label="Job service", help="Jobs.")
    registry: Count = answer(2, label="Registry", help="Metadata of layers.")
    trivy: Count = answer(5, label="Trivy", help="Scan jobs.")


class ExternalRedis(Section):
    """A Redis or Valkey that you run, alone or behind Sentinels."""

    label = "One we run"
    kind: Literal["external"]
    addresses: Annotated[tuple[HostPort, ...], Field(min_length=1)] = answer(
        label="Addresses",
        help="host:port of the server, or of every Sentinel.",
        example=["redis.example.com:6379"],
    )
    sentinel_master: Text | None = answer(
        None, label="Sentinel master", help="The master's name, for Sentinels.", example="mymaster"
    )
    username: Text | None = answer(None, label="User", help="The user, where there are users.")
    password: GivenSecret | None = answer(
        None,
        label="Password",
        help="The password.",
        example={"env": "HARBOR_REDIS_PASSWORD"},
        stored="in place where the Secret is in the target namespace, its key is "
        "`REDIS_PASSWORD` and no user is given, else copied; the chart copies it into its own "
        "objects either way",
        front=True,
    )
    tls: Flag = answer(False, label="TLS", help="Whether the connection is encrypted.")
    indexes: RedisIndexes = answer(
        RedisIndexes(), label="Database numbers", help="Which database of the Redis serves what."
    )


Redis = Annotated[InternalRedis | ExternalRedis, Field(discriminator="kind")]
