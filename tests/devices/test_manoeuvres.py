"""Ten clinical manoeuvres: what the device must do for an interventionalist to believe it."""

import numpy as np
import pytest

from ir_sim.devices.manoeuvres import scripts as m


def heading_deg(operator, slot):
    """How far the tip points away from straight up, degrees."""
    d = operator.state(slot).tip_direction
    return float(np.degrees(np.arccos(np.clip(d[1], -1, 1))))


def turned_deg(xy, length_mm):
    """How far the last part of a curve turns in all, degrees."""
    z = xy[:, 0] + 1j * xy[:, 1]
    s = np.concatenate([[0.0], np.abs(np.diff(z)).cumsum()])
    z = z[s > s[-1] - length_mm]
    return abs(float(np.degrees(np.angle(np.diff(z)[1:] / np.diff(z)[:-1]).sum())))


def nothing_broken(operator):
    assert operator.outside_mm < 0.3
    assert not {"perforation", "dissection"} & operator.kinds()


def test_a_j_leads_up_the_aorta_and_does_not_dig_in():
    o = m.j_up_the_aorta()
    assert o.vessel("wire")[0] == "aorta"
    assert o.tip("wire")[1] > 250
    assert turned_deg(o.state("wire").points_mm, 12.0) > 100  # the J is still a J
    assert o.wall_n < 0.6
    nothing_broken(o)


def test_turning_chooses_the_branch():
    straight, turned = m.selection_by_turning()
    went = {o.vessel("wire")[0] for o in (straight, turned)}
    assert went == {"right_renal_upper", "right_renal_lower"}
    nothing_broken(straight)
    nothing_broken(turned)


def test_a_cobra_re_forms_and_hooks_the_renal_artery_on_pull_back():
    o = m.hooked()
    assert o.vessel("catheter")[0] == "right_renal"
    assert o.vessel("catheter")[1] > 3.0
    assert heading_deg(o, "catheter") > 60  # crosswise: the curve is back
    nothing_broken(o)


def test_the_wire_goes_in_and_the_catheter_tracks_over_it():
    o = m.tracked()
    assert o.vessel("catheter")[0] == "right_renal"
    assert o.vessel("catheter")[1] > 15.0
    assert o.wall_n < 2.0
    nothing_broken(o)


def test_pushing_against_resistance_without_support_loses_the_position():
    o = m.lost_position()
    assert o.vessel("catheter")[0] == "aorta"
    assert "right_renal" in o.vessel("wire")[0]
    assert o.outside_mm < 0.3


def test_a_simmons_goes_over_the_bifurcation_when_pulled():
    o = m.simmons_over()
    assert o.vessel("catheter")[0].startswith("left_")
    assert o.tip("catheter")[1] < -55
    assert o.vessel("wire")[0].startswith("left_")
    nothing_broken(o)


def test_a_pigtail_curls_without_the_wire_and_is_straight_on_it():
    o = m.pigtail()
    curves = {frame.title: frame.curves["catheter"] for frame in o.frames[1:]}

    def turn(title):
        return turned_deg(curves[title], 38.0)

    assert turn("curled") > 250
    assert turn("catheter over it") < 100
    assert turn("straight again") < 100
    nothing_broken(o)


def test_a_catheter_pushed_without_a_wire_digs_in():
    o = m.blind_push()
    assert "catheter_without_wire" in o.kinds()
    assert {"dissection", "perforation"} & o.kinds()
    assert 1.0 < o.wall_n < 12.0
    assert o.outside_mm < 0.3


def test_a_loop_forms_against_resistance_and_is_lost_by_pulling():
    o = m.loop()
    order = [h.kind for h in o.hazards if h.kind.startswith("loop")]
    assert order == ["loop_formed", "loop_gone"]
    assert o.outside_mm < 0.3


def test_a_microcatheter_goes_beyond_the_catheter_into_a_third_order_branch():
    o = m.third_order()
    assert o.vessel("catheter")[0] == "coeliac"
    assert o.vessel("microcatheter")[0].startswith("segment")
    nothing_broken(o)


@pytest.mark.parametrize("rotation", [-30.0, 30.0])
def test_the_hook_forgives_some_rotation(rotation):
    o = m.reformed().fork()
    o.do({"catheter": (0.0, rotation * 4)}, seconds=0.25)
    both = {"catheter": (-12.0, 0.0), "wire": (-12.0, 0.0)}
    assert o.do(both, until=lambda o: o.vessel("catheter")[0] == "right_renal", seconds=9.0)
