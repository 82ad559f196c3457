"""Who acts for a patient, and the end of it."""

from __future__ import annotations

from datetime import timedelta

from auth import proxies
from auth.issuer import Issuer
from auth.storage import users
from auth.users import Proxy
from tests.auth.accounts import somebody


def test_those_whose_time_is_not_over_are_told(issuer: Issuer) -> None:
    today = issuer.clock().date()
    for days, disabled in ((0, False), (5, False), (-1, False), (5, True)):
        somebody(issuer, acts_for=(Proxy("anak", today + timedelta(days=days)),), disabled=disabled)
    somebody(issuer, acts_for=(Proxy("lain", today),))
    found = proxies.of_patient(issuer, "anak", today)
    assert sorted(until - today for _, until in found) == [timedelta(), timedelta(days=5)]


def test_it_is_put_off_and_ended(issuer: Issuer) -> None:
    today = issuer.clock().date()
    user = somebody(issuer, acts_for=(Proxy("anak", today), Proxy("ibu", today)))
    later = Proxy("anak", today + timedelta(days=9))
    assert users.act_for(issuer.database, user.username, later)
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert set(found.acts_for) == {Proxy("ibu", today), later}
    generation = issuer.known.generation
    assert proxies.end(issuer, user.username, "anak")
    assert issuer.known.generation > generation
    assert not proxies.end(issuer, user.username, "anak")
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert found.acts_for == (Proxy("ibu", today),)
    assert not users.act_for(issuer.database, "tidak.ada", later)
