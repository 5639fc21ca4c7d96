"""No request may outlast the turn that is renewed before it (G-3)."""

import pytest

from intacct import connecting

SHARE_OF_THE_TURN = 0.99


@pytest.mark.parametrize("turn", [3, 6, 60, 180, 300, 3600])
@pytest.mark.parametrize("limits_of", [connecting.run_limits, connecting.test_limits])
def test_g_3_the_longest_request_ends_before_the_turn(settings, turn, limits_of):
    settings.GATEWAY_TURN_SECONDS = turn

    limits = limits_of()

    longest = limits.connect_timeout_seconds + limits.answer_timeout_seconds + limits.read_timeout_seconds
    assert longest <= turn * SHARE_OF_THE_TURN
    assert limits.answer_timeout_seconds >= limits.read_timeout_seconds


def test_a_long_turn_leaves_the_settings_as_they_are(settings):
    settings.GATEWAY_TURN_SECONDS = 3600
    settings.GATEWAY_CONNECT_TIMEOUT_SECONDS = 7
    settings.GATEWAY_READ_TIMEOUT_SECONDS = 77
    settings.GATEWAY_READ_RETRIES = 2

    limits = connecting.run_limits()

    assert (limits.connect_timeout_seconds, limits.read_timeout_seconds, limits.read_retries) == (7, 77, 2)
    assert limits.answer_timeout_seconds == 900
