"""Morton codes against bits one by one, and neighbours against anchors."""

import hotloop
import numpy as np
import pytest
from hotloop.fmm import morton


def test_what_is_public_is_listed():
    for name in morton.__all__:
        assert hasattr(morton, name)
    assert "encode" in morton.__all__ and "check" not in morton.__all__


def test_no_code_is_refused_in_python_s_words():
    with pytest.raises(ValueError, match="which is no Morton code; make codes with fmm.morton.encode$"):
        morton.parents(np.array([-5]))


def by_bits(anchor, level):
    code, level = 0, int(level)
    for bit in range(level):
        for axis in range(3):
            code |= (int(anchor[axis]) >> (level - 1 - bit) & 1) << (59 - 3 * bit + axis)
    return code | level


def boxes(seed, count=300):
    """Anchors and levels, edges of the root among them."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, morton.FINEST + 1, count).astype(np.int32)
    anchors = (rng.random((count, 3)) * (1 << levels.astype(np.int64))[:, None]).astype(np.int32)
    anchors[::7] = 0
    anchors[1::7] = ((1 << levels.astype(np.int64)) - 1)[1::7, None]
    return anchors, levels


def test_codes_are_made_of_bits_and_come_back():
    anchors, levels = boxes(0)
    codes = morton.encode_anchors(anchors, levels)
    assert codes.dtype == np.int64 and codes.tolist() == [by_bits(a, level) for a, level in zip(anchors, levels)]
    found = morton.decode(codes)
    assert np.array_equal(found[0], anchors) and np.array_equal(found[1], levels)
    back = codes[::-1]
    assert np.array_equal(morton.decode(back)[0], anchors[::-1])
    assert morton.encode_anchors(np.zeros((1, 3), np.int32), 0)[0] == 0


def test_points_lie_in_their_boxes_on_every_level():
    rng = np.random.default_rng(1)
    points, origin, side = rng.uniform(-3.0, 2.0, (1000, 3)), np.full(3, -3.0), 5.0
    finest = morton.encode(points, origin, side)
    for level in range(morton.FINEST, -1, -1):
        codes = morton.encode(points, origin, side, level)
        anchors, levels = morton.decode(codes)
        low = origin + anchors * (side / 2**level)
        assert (levels == level).all()
        assert (points >= low - 1e-15 * 16).all() and (points <= low + side / 2**level + 1e-15 * 16).all()
        assert level == morton.FINEST or morton.is_ancestor(codes, finest).all()
        if level:
            assert np.array_equal(morton.parents(codes), morton.encode(points, origin, side, level - 1))
    assert np.array_equal(morton.encode(np.asfortranarray(points)[::-2], origin, side), finest[::-2])
    assert morton.decode(morton.encode(np.full((1, 3), 2.0), origin, side, 4))[0].tolist() == [[15, 15, 15]]


def test_children_are_in_order_after_their_parent():
    anchors, levels = boxes(2)
    codes = morton.encode_anchors(anchors, levels)[levels < morton.FINEST]
    children = morton.children(codes)
    assert (np.diff(children, axis=1) > 0).all() and (children[:, 0] > codes).all()
    for octant in range(8):
        assert np.array_equal(morton.parents(children[:, octant].copy()), codes)
        assert morton.is_ancestor(codes, children[:, octant].copy()).all()
    offsets = morton.decode(children.ravel())[0].reshape(-1, 8, 3) - 2 * morton.decode(codes)[0][:, None]
    assert (offsets == [[i & 1, i >> 1 & 1, i >> 2] for i in range(8)]).all()


def test_neighbours_are_the_boxes_next_to_each():
    anchors, levels = boxes(3)
    codes = morton.encode_anchors(anchors, levels)
    found = morton.neighbours(codes)
    offsets = [(x, y, z) for z in (-1, 0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (x, y, z) != (0, 0, 0)]
    for i, (anchor, level) in enumerate(zip(anchors, levels)):
        for k, offset in enumerate(offsets):
            place = anchor + offset
            inside = (place >= 0).all() and (place < 2 ** int(level)).all()
            assert found[i, k] == (by_bits(place, level) if inside else morton.NONE)
            if inside:
                assert morton.are_adjacent(codes[i : i + 1], int(found[i, k]))[0]
                assert np.array_equal(morton.transfer_vectors(int(found[i, k]), codes[i : i + 1])[0], offset)


def test_what_pairs_of_any_levels_are_to_each_other():
    rng = np.random.default_rng(4)
    levels = rng.integers(0, 4, (2, 4000)).astype(np.int32)
    anchors = (rng.random((2, 4000, 3)) * (1 << levels)[..., None]).astype(np.int32)
    first, second = (morton.encode_anchors(a, level) for a, level in zip(anchors, levels))
    low = anchors * 2 ** (3 - levels)[..., None]
    high = low + 2 ** (3 - levels)[..., None]
    touch = ((low[0] <= high[1]) & (low[1] <= high[0])).all(-1)
    overlap = ((low[0] < high[1]) & (low[1] < high[0])).all(-1)
    assert np.array_equal(morton.are_adjacent(first, second), touch & ~overlap)
    assert np.array_equal(morton.is_ancestor(first, second), overlap & (levels[0] < levels[1]))
    assert np.array_equal(morton.is_ancestor(0, second), levels[1] > 0)
    assert not morton.is_ancestor(first, first).any() and not morton.are_adjacent(first, first).any()


NAN_POINT = np.array([[0.5, np.nan, 0.5]])
BAD = [
    (lambda out: morton.encode(np.array([[0.5, 0.5, 1.5]]), np.zeros(3), 1.0, out=out), r"points: element \[0, 2\] is 1.5, outside"),
    (lambda out: morton.encode(NAN_POINT, np.zeros(3), 1.0, out=out), r"points: element \[0, 1\] is NaN"),
    (lambda out: morton.encode(np.ones((1, 3)), np.zeros(3), 0.0, out=out), "side: is 0"),
    (lambda out: morton.encode(np.ones((1, 3)), np.array([0.0, np.inf, 0.0]), 1.0, out=out), r"origin: element \[1\] is inf"),
    (lambda out: morton.encode(np.ones((1, 3)), np.zeros(3), 1.0, 20, out=out), "level: is 20; a level is 0 to 19"),
    (lambda out: morton.encode_anchors(np.array([[0, 4, 0]], np.int32), 2, out=out), r"anchors: element \[0, 1\] is 4; on level 2"),
    (lambda out: morton.encode_anchors(np.array([[-1, 0, 0]], np.int32), 2, out=out), r"anchors: element \[0, 0\] is -1"),
    (
        lambda out: morton.encode_anchors(np.zeros((1, 3), np.int32), np.array([20], np.int32), out=out),
        r"levels: element \[0\] is 20",
    ),
    (lambda out: morton.parents(np.array([0]), out=out), r"codes: element \[0\] is 0, the root"),
    (lambda out: morton.parents(np.array([20]), out=out), r"codes: element \[0\] is 20, which is no Morton code"),
    (lambda out: morton.parents(np.array([-1]), out=out), r"codes: element \[0\] is -1, which is no Morton code"),
    (lambda out: morton.parents(np.array([1 << 62]), out=out), "which is no Morton code"),
    (lambda out: morton.parents(np.array([(1 << 40) + 3]), out=out), "which is no Morton code"),
]


@pytest.mark.parametrize("call, message", BAD, ids=[message for _, message in BAD])
def test_bad_input_is_refused_and_nothing_is_written(call, message):
    out = np.full(1, 7)
    with pytest.raises((hotloop.ArgumentError, hotloop.NonFiniteError), match=message):
        call(out)
    assert out[0] == 7


def test_more_that_is_refused():
    finest = morton.encode(np.zeros((2, 3)), np.zeros(3), 1.0)
    with pytest.raises(hotloop.ArgumentError, match=r"codes: element \[0\] is of level 19, the finest"):
        morton.children(finest)
    with pytest.raises(hotloop.ArgumentError, match=r"sources: element \[1\] is of level 0, its target of 19"):
        morton.transfer_vectors(finest, np.array([finest[0], 0]))
    with pytest.raises(hotloop.AliasError, match="parents: shares memory with codes"):
        morton.parents(finest, out=finest)
    with pytest.raises(TypeError, match="codes: dtype is int32"):
        morton.parents(np.zeros(3, np.int32))
    with pytest.raises(ValueError, match="second: has 2 boxes, first has 3"):
        morton.are_adjacent(np.zeros(3, np.int64), np.zeros(2, np.int64))
    with pytest.raises(TypeError, match="ancestors: expected an integer or an array of int64, got float"):
        morton.is_ancestor(1.5, finest)
    assert morton.children(np.zeros(0, np.int64)).shape == (0, 8)
