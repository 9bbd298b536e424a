"""The ADL wrist recordings as windows, the splits by volunteer, and what a forest is given of a window."""
import pathlib

import numpy
from scipy import stats
from sklearn.model_selection import GroupShuffleSplit

DROPPED = ("Eat_meat", "Eat_soup")  # one volunteer each
RATE, SECONDS = 30, 5


def recording(path):
    """[T, 3] in g at 30 Hz, along straight lines between samples of 32 Hz: the first sample stays where it is."""
    g = -1.5 + 3.0 * numpy.loadtxt(path, ndmin=2) / 63
    old = numpy.arange(len(g)) / 32
    new = numpy.arange(int(numpy.floor((len(g) - 1) * RATE / 32)) + 1) / RATE
    return numpy.stack([numpy.interp(new, old, axis) for axis in g.T], 1)


def load(folder, seconds=SECONDS):
    """Windows [N, 3, T] float32, classes [N], class names, volunteers [N], recordings too short for one window."""
    size = RATE * seconds
    names = sorted(p.name for p in pathlib.Path(folder, "HMP_Dataset").iterdir()
                   if p.is_dir() and p.name not in DROPPED and not p.name.endswith("_MODEL"))
    windows, classes, groups, short = [], [], [], []
    for c, name in enumerate(names):
        for path in sorted(pathlib.Path(folder, "HMP_Dataset", name).glob("Accelerometer-*.txt")):
            signal = recording(path)
            if len(signal) < size:
                short.append(path.name)
            for at in range(0, len(signal) - size + 1, size):
                windows.append(signal[at:at + size].T)
                classes.append(c)
                groups.append(path.stem.split("-")[-1])
    return numpy.asarray(windows, dtype=numpy.float32), numpy.array(classes), names, numpy.array(groups), short


def splits(groups):
    """(training, validation, test) rows, five times."""
    rows = numpy.arange(len(groups))
    for rest, test in GroupShuffleSplit(5, test_size=0.2, random_state=42).split(rows, groups=groups):
        fit, watch = next(GroupShuffleSplit(1, test_size=0.125, random_state=41).split(rest, groups=groups[rest]))
        yield rest[fit], rest[watch], test


def table(names, classes, groups, parts):
    """Windows by class and volunteer of each part, and the classes that nobody who trains has shown."""
    lines = []
    for part, rows in zip(("train", "validation", "test"), parts):
        people = sorted(set(groups[rows]))
        lines += [f"{part}: {len(rows)} windows", f"  {'':16s}" + "".join(f"{p:>5s}" for p in people)]
        for c, name in enumerate(names):
            counts = [int(((groups[rows] == p) & (classes[rows] == c)).sum()) for p in people]
            lines.append(f"  {name:16s}" + "".join(f"{n or '.':>5}" for n in counts))
    unseen = sorted({names[c] for c in set(classes[parts[2]]) - set(classes[parts[0]])})
    lines.append("classes that only others than those who train have: " + (", ".join(unseen) or "none"))
    return "\n".join(lines)


def features(windows):
    """[N, 25] float64 of windows [N, 3, T]: posture, strength and rhythm."""
    x = windows.astype(numpy.float64)
    size = numpy.sqrt((x ** 2).sum(1))
    columns = [x.mean(2), x.std(2), numpy.ptp(x, 2)]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        product = ((x[:, a] - x[:, a].mean(1, keepdims=True)) * (x[:, b] - x[:, b].mean(1, keepdims=True))).mean(1)
        scale = x[:, a].std(1) * x[:, b].std(1)
        columns.append(numpy.divide(product, scale, out=numpy.zeros_like(scale), where=scale > 1e-12))
    columns += [size.mean(1), size.std(1), numpy.ptp(size, 1), numpy.median(size, 1)]
    columns += [numpy.percentile(size, q, axis=1) for q in (25, 75)]
    flat = size.std(1) < 1e-12
    columns += [numpy.where(flat, 0, stats.skew(size, axis=1)), numpy.where(flat, 0, stats.kurtosis(size, axis=1))]
    power = numpy.abs(numpy.fft.rfft(size - size.mean(1, keepdims=True), axis=1))[:, 1:] ** 2
    rate = numpy.fft.rfftfreq(size.shape[1], 1 / RATE)[1:]
    share = power / numpy.maximum(power.sum(1, keepdims=True), 1e-12)
    columns += [rate[power.argmax(1)], share.max(1), power.sum(1),
                -(share * numpy.log(numpy.maximum(share, 1e-12))).sum(1), (share * rate).sum(1)]
    return numpy.nan_to_num(numpy.column_stack(columns))
