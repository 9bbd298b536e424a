"""Pretext tasks and augmentations of accelerometer windows [N, 3, T] in NumPy: what harnet was pretrained with."""
import numpy
from scipy.interpolate import CubicSpline

TASKS = ("arrow_of_time", "permutation", "time_warp")


def reverse(x, rng):
    return x[:, :, ::-1]


def permute(x, rng, parts=4, shortest=10):
    """Every window cut at three places into parts of more than ten samples, in an order that is not the old one."""
    out, size = numpy.empty_like(x), x.shape[2]
    for row, window in enumerate(x):
        while True:
            cuts = numpy.sort(rng.integers(shortest, size - shortest, parts - 1))
            if numpy.diff(numpy.concatenate([[0], cuts, [size]])).min() > shortest:
                break
        while True:
            order = rng.permutation(parts)
            if (order != numpy.arange(parts)).any():
                break
        pieces = numpy.split(window, cuts, axis=1)
        out[row] = numpy.concatenate([pieces[i] for i in order], axis=1)
    return out


def warp(x, rng, knots=4, sigma=0.2):
    """Time runs at the speed of a cubic spline through values around 1, on each axis by itself; the end stays."""
    out, size = numpy.empty_like(x), x.shape[2]
    time = numpy.arange(size)
    speed = CubicSpline(numpy.linspace(0, size - 1, knots + 2),
                        rng.normal(1, sigma, (knots + 2, len(x) * 3)))(time).T.reshape(len(x), 3, size)
    clock = numpy.cumsum(speed, 2)
    clock *= (size - 1) / clock[:, :, -1:]
    for row in range(len(x)):
        for axis in range(3):
            out[row, axis] = numpy.interp(time, clock[row, axis], x[row, axis])
    return out


def examples(x, rng, positive=0.5):
    """Each task applied to half of the windows, one after the other: windows and labels [N, tasks]."""
    x, labels = x.copy(), numpy.zeros((len(x), len(TASKS)), dtype=numpy.int64)
    for task, change in enumerate((reverse, permute, warp)):
        chosen = rng.random(len(x)) < positive
        x[chosen] = change(x[chosen], rng)
        labels[chosen, task] = 1
    return x, labels


def turned(x, rng):
    """Axes in one of six orders, then turned about a random axis by any angle: window by window."""
    n = len(x)
    x = numpy.take_along_axis(x, rng.permuted(numpy.tile(numpy.arange(3), (n, 1)), axis=1)[:, :, None], 1)
    axis = rng.uniform(-1, 1, (n, 3))
    a, b, c = (axis / numpy.linalg.norm(axis, axis=1, keepdims=True)).T
    angle, zero = rng.uniform(-numpy.pi, numpy.pi, n), numpy.zeros(n)
    cross = numpy.stack([zero, -c, b, c, zero, -a, -b, a, zero], 1).reshape(n, 3, 3)
    sine, cosine = numpy.sin(angle)[:, None, None], numpy.cos(angle)[:, None, None]
    rotation = numpy.eye(3) + sine * cross + (1 - cosine) * (cross @ cross)
    return (rotation @ x).astype(numpy.float32)
