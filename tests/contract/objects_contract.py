"""What the core relies on when it speaks to `wizard.ports.Objects`: one suite, every backend.

A module that collects it subclasses `ObjectsContract` and gives two fixtures: `objects`, the
port, and `home`, the name of a namespace that exists and belongs to the test alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from wizard.errors import Conflict, Invalid, KindUnknown, NotFound
from wizard.ports import Change, Kind, Object, Objects, Ref

CONFIG_MAP = Kind("v1", "ConfigMap")
DEPLOYMENT = Kind("apps/v1", "Deployment")
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")
UNKNOWN = Kind("example.com/v1", "Nothing")
SECONDS = 10


def config_map(namespace: str, name: str, data: dict[str, str], **metadata: Any) -> Object:
    """A ConfigMap, the simplest object in a namespace."""
    place = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {**place, **metadata},
        "data": data,
    }


def deployment(namespace: str, name: str, labels: dict[str, str]) -> Object:
    """A Deployment of no pods, whose selector cannot change."""
    template = {"metadata": {"labels": labels}, "spec": {"containers": [_CONTAINER]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }


_CONTAINER = {"name": "app", "image": "registry.test/app:1"}


def storage_class(name: str) -> Object:
    """An object of the whole cluster."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "example.com/none",
    }


async def next_changes(changes: AsyncIterator[Change], number: int) -> list[tuple[str, str]]:
    """Type and name of the next changes."""
    async with asyncio.timeout(SECONDS):
        seen = [await anext(changes) for _ in range(number)]
    return [(one.type, one.object.get("metadata", {}).get("name", "")) for one in seen]


class ObjectsContract:
    """Behaviours of every backend of Objects."""

    async def test_what_does_not_exist_is_none(self, objects: Objects, home: str) -> None:
        assert await objects.get(Ref(CONFIG_MAP, home, "absent")) is None
        assert await objects.get(Ref(CONFIG_MAP, f"{home}-absent", "absent")) is None

    async def test_apply_creates_and_get_returns_it(self, objects: Objects, home: str) -> None:
        applied = await objects.apply(config_map(home, "one", {"a": "1"}))
        got = await objects.get(Ref(CONFIG_MAP, home, "one"))
        assert got is not None
        assert got["data"] == applied["data"] == {"a": "1"}
        assert got["metadata"]["uid"] == applied["metadata"]["uid"]
        assert got["metadata"]["resourceVersion"] == applied["metadata"]["resourceVersion"]

    async def test_get_tells_who_owns_the_fields(self, objects: Objects, home: str) -> None:
        await objects.apply(config_map(home, "one", {"a": "1"}), manager="someone")
        got = await objects.get(Ref(CONFIG_MAP, home, "one"))
        assert got is not None
        entry = got["metadata"]["managedFields"][0]
        assert (entry["manager"], entry["operation"]) == ("someone", "Apply")
        assert "f:a" in entry["fieldsV1"]["f:data"]

    async def test_applying_the_same_again_changes_nothing(
        self, objects: Objects, home: str
    ) -> None:
        first = await objects.apply(config_map(home, "one", {"a": "1"}))
        second = await objects.apply(config_map(home, "one", {"a": "1"}))
        assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]

    async def test_managers_own_their_fields_side_by_side(
        self, objects: Objects, home: str
    ) -> None:
        await objects.apply(config_map(home, "one", {"a": "1"}))
        merged = await objects.apply(config_map(home, "one", {"b": "2"}), manager="other")
        assert merged["data"] == {"a": "1", "b": "2"}

    async def test_a_field_left_out_later_goes(self, objects: Objects, home: str) -> None:
        await objects.apply(config_map(home, "one", {"a": "1", "b": "2"}))
        left = await objects.apply(config_map(home, "one", {"a": "1"}))
        assert left["data"] == {"a": "1"}

    async def test_a_foreign_field_is_a_conflict_that_names_its_owner(
        self, objects: Objects, home: str
    ) -> None:
        await objects.apply(config_map(home, "one", {"a": "1"}), manager="helm")
        with pytest.raises(Conflict) as refused:
            await objects.apply(config_map(home, "one", {"a": "2"}))
        assert refused.value.fields == ((".data.a", "helm"),)
        got = await objects.get(Ref(CONFIG_MAP, home, "one"))
        assert got is not None
        assert got["data"] == {"a": "1"}

    async def test_force_takes_a_foreign_field(self, objects: Objects, home: str) -> None:
        await objects.apply(config_map(home, "one", {"a": "1"}), manager="helm")
        taken = await objects.apply(config_map(home, "one", {"a": "2"}), force=True)
        assert taken["data"] == {"a": "2"}
        with pytest.raises(Conflict) as refused:
            await objects.apply(config_map(home, "one", {"a": "1"}), manager="helm")
        assert refused.value.fields == ((".data.a", "harbor-wizard"),)

    async def test_a_part_is_applied_by_itself_and_takes_nothing_else_away(
        self, objects: Objects, home: str
    ) -> None:
        await objects.apply(deployment(home, "app", {"app": "a"}))
        told = {"type": "Tried", "status": "True", "reason": "Test", "message": "said"}
        place = {"name": "app", "namespace": home}
        head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": place}
        part: Object = {**head, "status": {"conditions": [told]}}
        tried = await objects.apply(part, subresource="status", dry_run=True)
        assert "Tried" in [one["type"] for one in tried["status"]["conditions"]]
        untouched = await objects.get(Ref(DEPLOYMENT, home, "app"))
        assert untouched is not None
        assert "Tried" not in str(untouched.get("status"))
        after = await objects.apply(part, subresource="status")
        assert "Tried" in [one["type"] for one in after["status"]["conditions"]]
        assert after["spec"]["selector"] == {"matchLabels": {"app": "a"}}

    async def test_a_brief_watch_tells_who_wrote_when_and_nothing_of_what(
        self, objects: Objects, home: str
    ) -> None:
        notes = {"last-applied": "hidden-1"}
        first = config_map(home, "one", {"a": "hidden-2"}, annotations=notes, labels={"l": "1"})
        await objects.apply(first, manager="someone")
        async with aclosing(objects.watch(CONFIG_MAP, home, brief=True)) as changes:
            seen: list[Object] = []
            async with asyncio.timeout(SECONDS):
                async for change in changes:
                    if change.type == "SYNCED":
                        later = config_map(home, "one", {"b": "hidden-3"})
                        await objects.apply(later, manager="other")
                    elif change.object["metadata"]["name"] == "one":
                        seen.append(change.object)
                    if len(seen) == 2:
                        break
        assert "hidden" not in str(seen)
        assert [Ref.of(one) for one in seen] == [Ref(CONFIG_MAP, home, "one")] * 2
        assert seen[1]["metadata"]["labels"] == {"l": "1"}
        (last,) = seen[0]["metadata"]["managedFields"]
        assert (last["manager"], last["fieldsV1"]) == ("someone", {"f:data": {}})
        assert last["time"]

    async def test_a_brief_watch_tells_apart_who_wrote_data(
        self, objects: Objects, home: str
    ) -> None:
        await objects.apply(config_map(home, "one", {"a": "1"}), manager="someone")
        noted = config_map(home, "one", {}, labels={"l": "1"})
        noted.pop("data")
        await objects.apply(noted, manager="labels")
        async with aclosing(objects.watch(CONFIG_MAP, home, brief=True)) as changes:
            async for change in changes:
                if change.object["metadata"]["name"] == "one":
                    break
        told = change.object["metadata"]["managedFields"]
        by = {one["manager"]: one.get("fieldsV1") for one in told}
        assert by["someone"] == {"f:data": {}}
        assert by.get("labels") is None

    async def test_a_dry_run_answers_and_writes_nothing(self, objects: Objects, home: str) -> None:
        first = await objects.apply(config_map(home, "one", {"a": "1"}))
        tried = await objects.apply(config_map(home, "one", {"a": "2"}), dry_run=True)
        created = await objects.create(config_map(home, "two", {}), dry_run=True)
        await objects.delete(Ref(CONFIG_MAP, home, "one"), dry_run=True)
        assert tried["data"] == {"a": "2"}
        assert created["metadata"]["name"] == "two"
        assert await objects.get(Ref(CONFIG_MAP, home, "two")) is None
        got = await objects.get(Ref(CONFIG_MAP, home, "one"))
        assert got is not None
        assert got["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]

    async def test_a_dry_run_of_the_same_shows_no_change(self, objects: Objects, home: str) -> None:
        await objects.apply(deployment(home, "app", {"app": "a"}))
        got = await objects.get(Ref(DEPLOYMENT, home, "app"))
        tried = await objects.apply(deployment(home, "app", {"app": "a"}), dry_run=True)
        assert got is not None
        assert tried["spec"] == got["spec"]

    async def test_an_apply_with_a_resource_version_is_conditional(
        self, objects: Objects, home: str
    ) -> None:
        first = await objects.apply(config_map(home, "one", {"a": "1"}))
        seen = first["metadata"]["resourceVersion"]
        second = await objects.apply(config_map(home, "one", {"a": "2"}, resourceVersion=seen))
        assert second["data"] == {"a": "2"}
        with pytest.raises(Conflict) as refused:
            await objects.apply(config_map(home, "one", {"a": "3"}, resourceVersion=seen))
        assert refused.value.fields == ()

    async def test_creating_twice_is_a_conflict(self, objects: Objects, home: str) -> None:
        made = await objects.create(config_map(home, "one", {"a": "1"}))
        assert made["metadata"]["uid"]
        with pytest.raises(Conflict):
            await objects.create(config_map(home, "one", {"a": "2"}))
        with pytest.raises(Conflict):
            await objects.create(config_map(home, "one", {"a": "2"}), dry_run=True)
        got = await objects.get(Ref(CONFIG_MAP, home, "one"))
        assert got is not None
        assert got["data"] == {"a": "1"}

    async def test_an_unchangeable_field_is_told_as_such(self, objects: Objects, home: str) -> None:
        await objects.apply(deployment(home, "app", {"app": "a"}))
        with pytest.raises(Invalid) as refused:
            await objects.apply(deployment(home, "app", {"app": "b"}), dry_run=True)
        assert refused.value.immutable

    async def test_delete_removes_once_and_then_does_nothing(
        self, objects: Objects, home: str
    ) -> None:
        ref = Ref(CONFIG_MAP, home, "one")
        await objects.apply(config_map(home, "one", {}))
        await objects.delete(ref)
        assert await objects.get(ref) is None
        await objects.delete(ref)

    async def test_delete_of_another_object_of_that_name_is_a_conflict(
        self, objects: Objects, home: str
    ) -> None:
        ref = Ref(CONFIG_MAP, home, "one")
        made = await objects.apply(config_map(home, "one", {}))
        with pytest.raises(Conflict):
            await objects.delete(ref, uid="00000000-0000-0000-0000-000000000000")
        assert await objects.get(ref) is not None
        await objects.delete(ref, uid=made["metadata"]["uid"])
        assert await objects.get(ref) is None

    async def test_objects_of_the_cluster_need_no_namespace(
        self, objects: Objects, home: str
    ) -> None:
        ref = Ref(STORAGE_CLASS, "", f"{home}-class")
        try:
            await objects.apply(storage_class(ref.name))
            got = await objects.get(ref)
            assert got is not None
            assert "namespace" not in got["metadata"]
            listing = await objects.list(STORAGE_CLASS)
            assert ref.name in [item["metadata"]["name"] for item in listing.items]
        finally:
            await objects.delete(ref)

    async def test_a_kind_that_is_not_served_is_unknown(self, objects: Objects, home: str) -> None:
        thing = {
            "apiVersion": UNKNOWN.api_version,
            "kind": UNKNOWN.name,
            "metadata": {"name": "one", "namespace": home},
        }
        calls: list[Callable[[], Any]] = [
            lambda: objects.get(Ref.of(thing)),
            lambda: objects.list(UNKNOWN),
            lambda: objects.apply(thing),
            lambda: anext(objects.watch(UNKNOWN)),
        ]
        for call in calls:
            with pytest.raises(KindUnknown):
                await call()

    async def test_a_missing_namespace_is_not_found(self, objects: Objects, home: str) -> None:
        for write in (objects.apply, objects.create):
            with pytest.raises(NotFound) as refused:
                await write(config_map(f"{home}-absent", "one", {}))
            assert not isinstance(refused.value, KindUnknown)

    async def test_a_list_is_of_one_namespace_and_its_labels(
        self, objects: Objects, home: str
    ) -> None:
        for name, tier in (("one", "a"), ("two", "b")):
            await objects.apply(config_map(home, name, {}, labels={"tier": tier}))
        chosen = await objects.list(CONFIG_MAP, home, "tier=a")
        everywhere = await objects.list(CONFIG_MAP, labels="tier=b")
        assert [item["metadata"]["name"] for item in chosen.items] == ["one"]
        assert (home, "two") in [
            (item["metadata"]["namespace"], item["metadata"]["name"]) for item in everywhere.items
        ]
        assert chosen.resource_version
        assert (chosen.items[0]["apiVersion"], chosen.items[0]["kind"]) == ("v1", "ConfigMap")

    async def test_a_watch_tells_what_exists_then_synced_then_each_change(
        self, objects: Objects, home: str
    ) -> None:
        await objects.apply(config_map(home, "one", {}, labels={"watched": "yes"}))
        watch = objects.watch(CONFIG_MAP, home, "watched=yes")
        async with aclosing(watch) as changes:  # type: ignore[type-var] # generators everywhere
            assert await next_changes(changes, 2) == [("ADDED", "one"), ("SYNCED", "")]
            labels = {"watched": "yes"}
            await objects.apply(config_map(home, "two", {}, labels=labels))
            await objects.apply(config_map(home, "two", {"a": "1"}, labels=labels))
            await objects.apply(config_map(home, "unseen", {}))
            await objects.delete(Ref(CONFIG_MAP, home, "one"))
            assert await next_changes(changes, 3) == [
                ("ADDED", "two"),
                ("MODIFIED", "two"),
                ("DELETED", "one"),
            ]

    async def test_a_watch_of_nothing_is_synced_at_once(self, objects: Objects, home: str) -> None:
        watch = objects.watch(DEPLOYMENT, home)
        async with aclosing(watch) as changes:  # type: ignore[type-var] # generators everywhere
            assert await next_changes(changes, 1) == [("SYNCED", "")]
