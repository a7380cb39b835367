"""What core says: its database, its Redis, its keys, and the clients that it refuses.

The texts are those of Harbor 2.13 to 2.15 (goharbor/harbor, src/).
"""

import re
from datetime import timedelta

from wizard.diagnose.kinds import LOG, POD
from wizard.diagnose.rules.base import Layer, Rule
from wizard.diagnose.rules.signs import LATELY, Sign

_CORE = ("core",)

_PASSWORD = Sign(
    ("core", "exporter"),
    re.compile(r'password authentication failed for user "?[^"\s]*"?'),
    "The database refuses Harbor's password. Mostly the volume of an earlier installation was "
    "kept: PostgreSQL still has the password it was made with.",
    "Give Harbor the database's own password again (chart value database.internal.password), or "
    "delete the kept claim of the database if its data may be lost.",
    terminal=True,
)
_UNREACHABLE = Sign(
    _CORE,
    re.compile(r"failed to connect to tcp:\S+ after \d+ seconds"),
    "Core cannot reach its database.",
    "Check the database's host and port, that its name resolves inside the cluster, and that no "
    "NetworkPolicy or firewall stands between.",
    after_needs=True,
)
_CACHE = Sign(
    _CORE,
    re.compile(r"failed to (?:initialize cache|ping redis)[^,;]{0,120}"),
    "Core cannot use Redis: it does not answer or refuses the password.",
    "Check Redis's address and password (an external one: chart value redis.external), and that "
    "no NetworkPolicy stands between.",
    after_needs=True,
)
_DIRTY = Sign(
    _CORE,
    re.compile(r"Dirty database version (\d+)"),
    "A migration of the database was interrupted at version {0}, so core refuses to go on.",
    "Restore the database from the backup made before the upgrade and start it again without "
    "stopping core while it migrates. An external PostgreSQL older than Harbor asks for ends "
    "like this, too: check its version first.",
    terminal=True,
)
_TOO_NEW = Sign(
    _CORE,
    re.compile(r"no migration found for version (\d+)"),
    "The database is of a newer Harbor than this core (its schema has version {0}): schemas are "
    "never taken back.",
    "Install the Harbor version that the database was last used with, or a newer one; else restore "
    "the backup made before the upgrade.",
    terminal=True,
)
_CSRF_KEY = Sign(
    _CORE,
    re.compile(r"invalid CSRF key(?: length)?", re.I),
    "Core's CSRF key is not 32 characters long: it makes up another one at every start, or "
    "refuses every request of the portal.",
    "Put exactly 32 characters into CSRF_KEY of the Secret that core.existingXsrfSecret names, "
    "and restart core.",
    when_ready=True,
)
_CSRF_REFUSED = Sign(
    _CORE,
    re.compile(
        r"CSRF token (?:invalid|not found in request)|(?:origin|referer) invalid"
        r"|referer not supplied"
    ),
    "Core refused a request as forged: the address in the browser is not the one in "
    "externalURL, the proxy in front changes the scheme, or a script sends a session cookie back.",
    "Open Harbor by exactly the externalURL (scheme, host, port), let the proxy in front hand on "
    "X-Forwarded-Proto, and let scripts drop cookies.",
    when_ready=True,
    within=LATELY,
)
_CLOCK = Sign(
    _CORE,
    re.compile(r"token is not valid yet|[Tt]oken used before issued"),
    "Core refused a token that another core had just issued: the clocks of their nodes differ by "
    "more than a minute.",
    "Synchronise the clocks of all nodes (chrony, systemd-timesyncd).",
    when_ready=True,
    within=LATELY,
)
_KEY_SIZE = Sign(
    _CORE,
    re.compile(r"crypto/aes: invalid key size (\d+)"),
    "The key that Harbor encrypts stored passwords with has {0} characters instead of 16, so no "
    "password (of a registry, LDAP, OIDC) can be saved or read.",
    "Put exactly 16 characters into secretKey of the Secret that existingSecretSecretKey names and "
    "restart core. Passwords saved before have to be typed in again.",
    when_ready=True,
    within=LATELY,
)
_OTHER_KEY = Sign(
    _CORE,
    re.compile(r"decrypt password failed, error (?!crypto/aes: invalid key size)[^,\"]{0,80}"),
    "Core cannot read passwords that it stored: the key (secretKey) is not the one they were "
    "stored with. LDAP, OIDC, or registries refuse what it sends instead.",
    "Give Harbor the former secretKey again. If it is lost, type the passwords in again in Harbor.",
    when_ready=True,
    within=LATELY,
)

_NEEDS = (POD, LOG)

RULES = (
    Rule("HW-011", "Database refuses the password", Layer.SECRETS, _NEEDS, _PASSWORD.find),
    Rule(
        "HW-012", "Database cannot be reached", Layer.DEPENDENCY, _NEEDS, _UNREACHABLE.find,
        grace=timedelta(minutes=3), symptom=True,
    ),
    Rule(
        "HW-013", "Redis cannot be used", Layer.DEPENDENCY, _NEEDS, _CACHE.find,
        grace=timedelta(minutes=3), symptom=True,
    ),
    Rule("HW-014", "Database migration was interrupted", Layer.DEPENDENCY, _NEEDS, _DIRTY.find),
    Rule("HW-109", "Database is of a newer Harbor", Layer.DEPENDENCY, _NEEDS, _TOO_NEW.find),
    Rule(
        "HW-016", "CSRF key has the wrong length", Layer.SECRETS, _NEEDS, _CSRF_KEY.find,
        aside=True,
    ),
    Rule(
        "HW-017", "Requests are refused as forged", Layer.CLIENT, _NEEDS, _CSRF_REFUSED.find,
        aside=True,
    ),
    Rule("HW-021", "Clocks of nodes differ", Layer.CLUSTER, _NEEDS, _CLOCK.find, aside=True),
    Rule(
        "HW-113", "Encryption key has the wrong length", Layer.SECRETS, _NEEDS, _KEY_SIZE.find,
        aside=True,
    ),
    Rule(
        "HW-114", "Stored passwords cannot be read", Layer.SECRETS, _NEEDS, _OTHER_KEY.find,
        aside=True,
    ),
)  # fmt: skip
