"""What Harbor's release stands on: secrets made once, and secrets copied from the answers."""

from collections.abc import Sequence

from wizard.answers.secret_values import SECRET_KEY_LENGTH
from wizard.answers.services import ExternalDatabase, ExternalRedis, InternalDatabase
from wizard.certificates import CertificateRequest
from wizard.charts.references import (
    admin_password,
    database_password,
    encryption_key,
    redis_password,
)
from wizard.errors import UsageError
from wizard.ports import World
from wizard.steps.certificates import TLS_SECRET
from wizard.steps.inputs import Inputs
from wizard.steps.pull_login import pull_login
from wizard.steps.secrets import (
    Copied,
    CopySecrets,
    Entries,
    KeepSecrets,
    Kept,
    Make,
    random_password,
    random_text,
)

REGISTRY_USER = "harbor_registry_user"
"""The user under which core logs in at the registry, as the chart has it."""

_TOKEN_YEARS = 10


def keep_secrets(inputs: Inputs) -> KeepSecrets:
    """All that Harbor's chart would make up anew at each rendering, made once.

    Keys and lengths are those that chart 1.19.2 and Harbor 2.15.2 expect; with a CSRF key of
    another length every request of the portal fails.
    """
    harbor, names, preset = inputs.preset.harbor, inputs.names, inputs.preset
    kept = [
        _random(names.core, "secret", 16),
        _random(names.xsrf, "CSRF_KEY", 32),
        _random(names.jobservice, "JOBSERVICE_SECRET", 16),
        _random(names.registry, "REGISTRY_HTTP_SECRET", 16),
        Kept(names.registry_login, ("REGISTRY_PASSWD", "REGISTRY_HTPASSWD"), _registry_login),
        Kept(names.token, ("tls.crt", "tls.key"), _token_pair, type=TLS_SECRET),
    ]
    if (admin := admin_password(preset)).own:
        make, path = _password(admin.key), "harbor.adminPassword"
        kept.append(Kept(admin.name, (admin.key,), make, path, harbor.admin_password))
    if (encryption := encryption_key(preset)).own:
        make, path = _encryption_key, "harbor.secretKey"
        kept.append(Kept(encryption.name, ("secretKey",), make, path, harbor.secret_key))
    if isinstance(harbor.database, InternalDatabase):
        make, path = _password("password"), "harbor.database.password"
        kept.append(Kept(names.database, ("password",), make, path, harbor.database.password))
    return KeepSecrets("harbor.secrets", "Secrets that Harbor keeps", inputs, kept)


def _random(name: str, key: str, length: int) -> Kept:
    return Kept(name, (key,), lambda _, __: {key: random_text(length).encode()})


def _password(key: str) -> Make:
    return lambda _, given: {key: (given or random_password()).encode()}


def _encryption_key(_: World, given: str) -> Entries:
    if given and len(given) != SECRET_KEY_LENGTH:
        raise UsageError(
            f"The answer harbor.secretKey has {len(given)} characters",
            why=f"Harbor needs exactly {SECRET_KEY_LENGTH} to encrypt what it stores",
            where="harbor.secretKey",
            fix=f"give {SECRET_KEY_LENGTH} characters, or leave the answer out: then a key is made",
        )
    return {"secretKey": (given or random_text(SECRET_KEY_LENGTH)).encode()}


def _registry_login(_: World, __: str) -> Entries:
    import bcrypt

    password = random_password().encode()
    line = REGISTRY_USER.encode() + b":" + bcrypt.hashpw(password, bcrypt.gensalt(10))
    return {"REGISTRY_PASSWD": password, "REGISTRY_HTPASSWD": line}


def _token_pair(world: World, _: str) -> Entries:
    request = CertificateRequest("harbor-token-ca", days=365 * _TOKEN_YEARS, key_type="rsa-4096")
    pair = world.certificates.issue(request, None)
    return {"tls.crt": pair.certificate, "tls.key": pair.key}


def copy_secrets(inputs: Inputs) -> CopySecrets | None:
    """Logins that the chart wants in Secrets of the target namespace; None: there are none."""
    pulling = pull_login(inputs, inputs.names.pull)
    copied = [*([pulling] if pulling else []), *_database_login(inputs), *_redis_login(inputs)]
    return CopySecrets("harbor.logins", "Logins for Harbor", inputs, copied) if copied else None


def _database_login(inputs: Inputs) -> Sequence[Copied]:
    database, path = inputs.preset.harbor.database, "harbor.database.password"
    if not isinstance(database, ExternalDatabase) or not database_password(inputs.preset).own:
        return ()

    async def read(world: World) -> Entries:
        return {"password": (await inputs.given(world, path, database.password)).encode()}

    return (Copied(inputs.names.external_database, read, path, database.password),)


def _redis_login(inputs: Inputs) -> Sequence[Copied]:
    redis, path = inputs.preset.harbor.redis, "harbor.redis.password"
    place = redis_password(inputs.preset)
    if not isinstance(redis, ExternalRedis) or redis.password is None or not (place and place.own):
        return ()
    username, reference = redis.username or "", redis.password

    async def read(world: World) -> Entries:
        password = await inputs.given(world, path, reference)
        return {"REDIS_PASSWORD": password.encode(), "REDIS_USERNAME": username.encode()}

    return (Copied(place.name, read, path, reference),)
