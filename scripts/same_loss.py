#!/usr/bin/env python3
"""How many bytes a codec saves against others at the same loss of accuracy, split by split.

    scripts/same_loss.py CODEC OTHER,OTHER... SWEEP... [--again SWEEP...] [--most 0.02]

Sweeps of the same cells over different images count as one; --again names sweeps over another view of
the same images, in the same order, which count too where they have a split. With a few hundred images
the loss of one setting is as much chance as codec, so no setting is judged alone: a codec's accuracy
at a split is fitted as never falling with the bytes (isotonic regression, pool adjacent violators),
and between the fitted points the logarithm of the bytes is linear. The BD-rate is the mean difference
of these logarithms at the losses from 0 to the most that both curves have (Bjontegaard 2001; linear,
for a cubic swings); negative: CODEC needs fewer bytes. Its 95 % interval is a percentile bootstrap
over the images (all views of one together); replicates in which the curves have no loss in common are
left out, and an interval is given where at least nine of ten remain. Where they have none at all, the
other's least bytes are held against what CODEC needs to be as accurate, or as the network itself where
the other is better by chance. Bytes are all of the wire, headers included. Needs python3-numpy.
"""

import argparse

import numpy

from paired_domination import family, pooled

STEPS = 200       # of the mean over the losses
REPLICATES = 500  # of the bootstrap
ROUNDING = 1e-9   # of means of right answers
OWN = "raw:dtype=fp32"  # what the network itself answers


def with_views(cells, views):
    """Mean bytes, of each image the part of its views answered rightly, and the number of views: two
    at the splits that both have, else one."""
    seen_again = {split for split, _ in views}
    merged = {}
    for key, cell in cells.items():
        seen = [cell] + ([views[key]] if key in views else [])
        if key[0] not in seen_again or key in views:
            merged[key] = (numpy.mean([view["bytes"] for view in seen]),
                           numpy.mean([view["right"] for view in seen], axis=0), len(seen))
    return merged


def fitted(sizes, accuracies):
    """Logarithms of bytes and accuracies: the ends of every level of the fit."""
    levels = []  # first size, last size, accuracy, settings
    for size, accuracy in zip(sizes, accuracies):
        levels.append((size, size, accuracy, 1))
        while len(levels) > 1 and levels[-2][2] >= levels[-1][2]:
            (first, _, a_0, n_0), (_, last, a_1, n_1) = levels[-2:]
            levels[-2:] = [(first, last, (a_0 * n_0 + a_1 * n_1) / (n_0 + n_1), n_0 + n_1)]
    return (numpy.array([end for level in levels for end in level[:2]]),
            numpy.array([level[2] for level in levels for _ in range(2)]))


def bd_rate(ours, theirs, most):
    """And the part of the losses that both curves have; accuracies are relative to the network's."""
    grid = -most + most * (numpy.arange(STEPS) + 0.5) / STEPS
    common = ((grid >= max(ours[1][0], theirs[1][0])) & (grid <= min(ours[1][-1], theirs[1][-1])))
    if not common.any():
        return None, 0
    difference = [numpy.interp(grid[common], curve[1], curve[0]) for curve in (ours, theirs)]
    return numpy.exp((difference[0] - difference[1]).mean()) - 1, common.mean()


def apart(ours, theirs, most):
    """Of curves without a common loss: whether ours needs fewer bytes, and a text."""
    if theirs[1][-1] < -most:
        return ours[1][-1] >= -most, "never loses so little"
    least, accuracy = numpy.exp(theirs[0][0]), min(theirs[1][0], 0) - ROUNDING
    i = numpy.searchsorted(ours[1], accuracy)
    if i == len(ours[1]):
        return False, f"its least is {least:,.0f} B, never as accurate"
    needed = numpy.exp(ours[0][0] if i == 0 else numpy.interp(accuracy, ours[1], ours[0]))
    return needed < least, f"its least is {least:,.0f} B, as accurate is {needed:,.0f} B"


class Family:
    """All settings of a codec at a split, the cheapest first."""

    def __init__(self, cells, split, name):
        mine = sorted((cell for key, cell in cells.items()
                       if key[0] == split and family(key[1]) == name), key=lambda cell: cell[0])
        self.sizes = numpy.log([cell[0] for cell in mine])
        self.right = numpy.array([cell[1] for cell in mine])

    def curve(self, own, drawn):
        return fitted(self.sizes, (self.right[:, drawn] - own[drawn]).mean(axis=1))


def compared(ours, theirs, own, most, generator):
    """Whether ours needs fewer bytes at the same loss, and a text; None when nothing can be compared."""
    if len(ours.sizes) == 0 or len(theirs.sizes) == 0:
        return None, "not swept"
    everything = numpy.arange(len(own))
    curves = ours.curve(own, everything), theirs.curve(own, everything)
    rate, part = bd_rate(*curves, most)
    if rate is None:
        return apart(*curves, most)
    rates = []
    for _ in range(REPLICATES):
        drawn = generator.integers(len(own), size=len(own))
        rates.append(bd_rate(ours.curve(own, drawn), theirs.curve(own, drawn), most)[0])
    rates = [value for value in rates if value is not None]
    interval = ""
    if len(rates) >= 0.9 * REPLICATES:
        low, high = numpy.percentile(rates, [2.5, 97.5])
        interval = f"{100 * low:.0f} to {100 * high:.0f}; "
    return rate < 0, f"{100 * rate:.1f} % ({interval}{100 * part:.0f} %)"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codec")
    parser.add_argument("others")
    parser.add_argument("sweeps", nargs="+")
    parser.add_argument("--again", nargs="+", default=[], help="sweeps over another view of the images")
    parser.add_argument("--most", type=float, default=0.02, help="loss of accuracy")
    options = parser.parse_args()
    others = options.others.split(",")
    cells = with_views(pooled(options.sweeps), pooled(options.again) if options.again else {})
    splits = [split for split in dict.fromkeys(split for split, _ in cells)
              if split not in ("server-only", "device-only") and (split, OWN) in cells]
    images = len(cells[splits[0], OWN][1])
    print(f"{options.codec} against {', '.join(others)} of the same features on {images} images: "
          f"BD-rate over losses of 0 to {100 * options.most:g} points (95 % interval; part of those "
          "losses that both curves have)\n")
    print("| split | views | " + " | ".join(others) + " |\n|---|---:|" + "---|" * len(others))
    generator = numpy.random.default_rng(0)
    fewer = pairs = 0
    for split in splits:
        _, own, views = cells[split, OWN]
        row = [split, str(views)]
        for other in others:
            ahead, text = compared(Family(cells, split, options.codec), Family(cells, split, other),
                                   own, options.most, generator)
            pairs += ahead is not None
            fewer += bool(ahead)
            row.append(text)
        print("| " + " | ".join(row) + " |")
    print(f"\nFewer bytes at the same loss in {fewer} of {pairs} comparisons.")


if __name__ == "__main__":
    main()
