"""What a view knows about its objects."""

from tests.unit.diagnose import world
from wizard.diagnose import kinds
from wizard.diagnose.view import Collection
from wizard.ports import Object, Ref


def test_lookups() -> None:
    deployment = world.deployment("core")
    replicas = world.owned(world.replica_set("core"), deployment)
    pod = world.owned(world.pod("core", claims=("data",)), replicas)
    database = world.stateful_set("database")
    other = world.owned(world.pod("database"), database)
    data = world.claim("data")
    view = world.view(deployment, replicas, pod, database, other, data)
    assert view.get(Ref.of(pod)) is pod
    assert view.pods_of(deployment) == [pod]
    assert view.pods_of(database) == [other]
    assert list(view.pods_with_claim(data)) == [pod]
    assert list(view.all(kinds.JOB)) == []


def test_events_are_those_of_the_very_object_all_of_them_newest_last() -> None:
    old, pod = world.pod("core"), world.pod("core")
    newer = world.event(pod, "BackOff", "b", last=5)
    older = world.event(pod, "Failed", "a", last=50)
    normal = world.event(pod, "Pulling", "p", last=20, type_="Normal")
    scheduler = world.event(pod, "FailedScheduling", "s", last=90)
    scheduler |= {"firstTimestamp": None, "lastTimestamp": None, "eventTime": world.ago(10.5)}
    view = world.view(pod, newer, older, normal, scheduler, world.event(old, "Failed", "z"))
    assert view.warnings(pod) == [older, scheduler, newer]
    assert view.events(pod) == [older, normal, scheduler, newer]


def test_a_pod_whose_owner_is_gone_or_was_replaced_is_an_orphan() -> None:
    owner = world.replica_set("core")
    pod = world.owned(world.pod("core", world.runs(5)), owner)
    successor = world.replica_set("core")
    assert not world.view(owner, pod).orphaned(pod)
    assert world.view(successor, pod).orphaned(pod)
    assert list(world.view(successor, pod).unsettled_pods) == []
    unread = world.view(pod, not_checked={kinds.REPLICA_SET: "forbidden"})
    assert not unread.orphaned(pod), "replica sets were not looked at"


def test_a_collection_made_by_changes_is_as_one_made_anew() -> None:
    """Live views go from one to the next; a look at a bundle has none before it."""
    one, other = world.pod("core"), world.pod("portal")
    first, second = world.event(one, "Pulled", "a"), world.event(one, "Failed", "b")
    again, moved = second | {"count": 9}, second | {"involvedObject": first["involvedObject"]}
    elsewhere = second | {"involvedObject": world.event(other, "Failed", "b")["involvedObject"]}
    ending = one | {"status": world.pod("core", world.waits("CrashLoopBackOff"))["status"]}
    items = {Ref.of(obj): obj for obj in (one, other, first)}
    collection = Collection(_of("Event", items))
    pods = Collection(_of("Pod", items))
    for changed in (second, again, elsewhere, moved, None, ending, one):
        ref = Ref.of(changed or second)
        items = {**items, ref: changed} if changed else _without(items, ref)
        collection = Collection(_of("Event", items), collection, {ref})
        pods = Collection(_of("Pod", items), pods, {ref})
        anew = Collection(collection.items).by_involved
        assert {key: list(group) for key, group in collection.by_involved.items() if group} == anew
        assert pods.unsettled == Collection(pods.items).unsettled
        assert pods.unsettled == ([ending] if changed is ending else [])


def _of(kind: str, items: dict[Ref, Object]) -> dict[Ref, Object]:
    return {ref: obj for ref, obj in items.items() if ref.kind.name == kind}


def _without(items: dict[Ref, Object], gone: Ref) -> dict[Ref, Object]:
    return {ref: obj for ref, obj in items.items() if ref != gone}
