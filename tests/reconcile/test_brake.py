"""The brake on plain numbers (I-5)."""

import pytest

from integrations.reconcile.brake import Brake, brake_for


@pytest.mark.parametrize(
    ("missing", "active", "brake"),
    [
        (0, 0, Brake.OFF),
        (0, 100, Brake.OFF),
        (2, 2, Brake.OFF),  # a small company loses two without being asked
        (3, 15, Brake.OFF),  # exactly 20 %
        (3, 14, Brake.SHARE),
        (3, 3, Brake.SHARE),
        (200, 1000, Brake.OFF),
        (201, 1000, Brake.NUMBER),
        (201, 1_000_000, Brake.NUMBER),
        (200, 999, Brake.SHARE),
    ],
)
def test_how_many_may_go_missing_without_asking_i_5(missing, active, brake):
    assert brake_for(missing=missing, active=active, signed_in_as="a", signed_in_last="a") is brake
    assert brake_for(missing=missing, active=active, signed_in_as="a", signed_in_last=None) is brake


def test_another_user_or_entity_brakes_already_for_one_i_5():
    assert brake_for(missing=1, active=900, signed_in_as="b", signed_in_last="a") is Brake.IDENTITY
    assert brake_for(missing=0, active=900, signed_in_as="b", signed_in_last="a") is Brake.OFF
