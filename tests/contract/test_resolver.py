"""Names by this machine's own resolver."""

from backends.resolver import SystemResolver


async def test_names_and_addresses() -> None:
    resolver = SystemResolver()
    assert "127.0.0.1" in await resolver.addresses("localhost")
    assert await resolver.addresses("127.0.0.1") == ("127.0.0.1",)


async def test_what_cannot_be_a_name_has_no_address() -> None:
    resolver = SystemResolver()
    assert await resolver.addresses("a" * 64 + ".test") == ()
    assert await resolver.addresses("two..dots") == ()
