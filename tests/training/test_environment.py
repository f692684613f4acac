"""The Gymnasium environment: the interface that agents expect, and an honest reward."""

import numpy as np
import pytest

pytest.importorskip("gymnasium")

from gymnasium.utils.env_checker import check_env

from ir_sim.training.environment import CatheterEnv

CASE = "tutorial-first-steps"


@pytest.fixture(scope="module")
def env():
    return CatheterEnv(CASE, render_mode="rgb_array", size_px=64)


def pushed(env, count, action):
    seen, rewards = [env.reset(seed=5)[0]], []
    for _ in range(count):
        observation, reward, over, late, info = env.step(np.asarray(action, np.float32))
        seen.append(observation)
        rewards.append(reward)
    return seen, rewards, over, late, info


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_keeps_gymnasiums_contract(env):
    check_env(env, skip_render_check=False)


def test_the_same_seed_and_actions_give_the_same_bits(env):
    action = [0.8, 0.3, 0.2, 0.0, 0.0, 0.2, 0.0]
    first, second = pushed(env, 6, action), pushed(env, 6, action)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]


def test_a_wire_that_comes_to_the_first_step_earns_more_than_idling(env):
    up = pushed(env, 26, [1, 0, 0, 0, 0, 0.3, 0])
    idle = pushed(env, 26, [0, 0, 0, 0, 0, 0, -1])
    assert sum(up[1]) > sum(idle[1])
    assert up[4]["steps_done"] >= 1
    assert sum(idle[1]) == pytest.approx(-0.01 * 2.6)


def test_an_action_that_is_not_finite_is_refused(env):
    env.reset(seed=1)
    with pytest.raises(ValueError, match="seven finite numbers"):
        env.step(np.full(7, np.nan))


def test_a_device_from_elsewhere_is_refused():
    with pytest.raises(ValueError, match="no wire of the tray"):
        CatheterEnv(CASE, wire="wire-014-micro")


def test_pictures_can_be_seen_instead_of_numbers():
    env = CatheterEnv(CASE, observe="picture", size_px=64)
    picture, _ = env.reset(seed=2)
    assert picture.shape == (64, 64)
    assert picture.dtype == np.uint8
    assert env.observation_space.contains(picture)
