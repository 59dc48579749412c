#!/usr/bin/python3
"""Records what torchvision and PIL make of the small images of tests/data/resize.

Reference accuracies of ImageNet models hold for PIL's antialiased resize and
torchvision's rounding of the crop's corner; these files pin both down to the
byte, and the reading of images as well.  `index.json` lists the cases:

  {image, resize, interpolation, crop, width, height, channels, file}

`resize` is the new length of the shorter side and `crop` the side of the centre
crop (null: not done); width, height and channels are those of the result, which
`file` holds as rows of interleaved bytes.  Where the result has other channels
than the image, it was converted (PIL's "L" or "RGB") before anything else.
"""

import argparse
import json
import os

import numpy
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEED = 7
LIMIT = 300_000  # bytes in all: these are committed

RGB, GRAY = 3, 1
BILINEAR_CASES = [  # image, resize, crop, channels
    ("mixed_61x47.png", None, None, RGB),   # just read
    ("mixed_61x47.png", 32, None, RGB),     # down, by a ratio that is not whole
    ("mixed_61x47.png", 47, None, RGB),     # the shorter side has this length already
    ("mixed_61x47.png", 9, None, RGB),      # far down: the filter spans many pixels
    ("mixed_61x47.png", 50, 48, RGB),       # slightly up, then cropped
    ("mixed_61x47.png", 32, 28, RGB),       # 41x32: horizontal margin 13, 6.5 -> 6
    ("mixed_61x47.png", None, 46, RGB),     # margins 15 and 1: 7.5 -> 8, 0.5 -> 0
    ("mixed_61x47.png", None, 44, RGB),     # margins 17 and 3: 8.5 -> 8, 1.5 -> 2
    ("mixed_61x47.png", 24, 24, GRAY),      # colours to luminance first
    ("wide_100x33.png", 24, 24, RGB),       # 72x24
    ("wide_100x33.png", 17, 16, RGB),       # the longer side, 51.5, is cut down to 51
    ("wide_100x33.png", None, 40, RGB),     # crop higher than the image: 3 and 4 black rows
    ("tall_31x70.png", 20, 19, RGB),        # portrait: the width is the shorter side
    ("tall_31x70.png", None, 75, RGB),      # crop larger than the image on both axes
    ("small_20x20.png", 45, None, RGB),     # up, by a ratio that is not whole
    ("small_20x20.png", 40, 33, RGB),       # up to the double
    ("gray_50x37.png", None, None, GRAY),
    ("gray_50x37.png", 28, 28, GRAY),
    ("gray_50x37.png", 60, 51, GRAY),       # up
    ("gray_50x37.png", 28, 28, RGB),        # one channel repeated three times
    ("rotated_96x64.jpg", None, None, RGB),  # its EXIF orientation has to be ignored
    ("rotated_96x64.jpg", 40, 36, RGB),
    ("gray_48x40.jpg", None, None, GRAY),
]
BICUBIC_CASES = [  # the same columns
    ("mixed_61x47.png", 32, None, RGB),     # down, by a ratio that is not whole
    ("mixed_61x47.png", 9, None, RGB),      # far down: the filter spans many pixels
    ("wide_100x33.png", 24, 24, RGB),
    ("tall_31x70.png", 20, 19, RGB),        # portrait
    ("small_20x20.png", 45, None, RGB),     # up: overshoots at edges are cut off
    ("gray_50x37.png", 28, 28, GRAY),
    ("rotated_96x64.jpg", 40, 36, RGB),
]


def mixed(width, height, channels, generator):
    """A gradient, a hard edge and noise: what tells a filter from its neighbours."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    layers = [255 * x / (width - 1), 255 * y / (height - 1), 127 + 127 * numpy.sin(x * y / 40)]
    image = numpy.stack(layers[:channels], axis=2)
    image[height // 3:height // 2, width // 4:width // 2] = 255
    image[height // 2:2 * height // 3, width // 2:] = 0
    return to_bytes(image + generator.normal(0, 25, image.shape))


def photo_like(width, height, channels, generator):
    """Smooth blobs of colour with a little grain, for which JPEG is made."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    image = numpy.full((height, width, channels), 90.0)
    for _ in range(12):
        cx, cy = generator.uniform(0, width), generator.uniform(0, height)
        radius = generator.uniform(5, 25)
        blob = numpy.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius ** 2))
        image += blob[:, :, None] * generator.uniform(-120, 140, channels)
    return to_bytes(image + generator.normal(0, 3, image.shape))


def to_bytes(values):
    pixels = numpy.clip(numpy.rint(values), 0, 255).astype(numpy.uint8)
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def exif_orientation(value):
    """An EXIF block that holds nothing but how the camera was turned."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


def write_images(folder):
    """Draws the images in a fixed order from one generator."""
    generator = numpy.random.Generator(numpy.random.PCG64(SEED))

    def path(name):
        return os.path.join(folder, name)

    mixed(61, 47, 3, generator).save(path("mixed_61x47.png"))
    mixed(100, 33, 3, generator).save(path("wide_100x33.png"))
    mixed(31, 70, 3, generator).save(path("tall_31x70.png"))
    mixed(20, 20, 3, generator).save(path("small_20x20.png"))
    mixed(50, 37, 1, generator).save(path("gray_50x37.png"))
    photo_like(96, 64, 3, generator).save(
        path("rotated_96x64.jpg"), quality=88, subsampling="4:2:0", exif=exif_orientation(6))
    photo_like(48, 40, 1, generator).save(path("gray_48x40.jpg"), quality=88)


def result_of(path, case, interpolation):
    """The image as torchvision's evaluation transforms leave it."""
    _, resize, crop, channels = case
    image = Image.open(path).convert("RGB" if channels == RGB else "L")
    if resize is not None:
        image = transforms.Resize(resize, interpolation)(image)
    if crop is not None:
        image = transforms.CenterCrop(crop)(image)
    return image


def write_case(folder, case, interpolation):
    """Records one case and returns its line of the index."""
    name, resize, crop, channels = case
    image = result_of(os.path.join(folder, name), case, interpolation)
    infix = "" if interpolation is InterpolationMode.BILINEAR else f".{interpolation.value}"
    file = (f"{os.path.splitext(name)[0]}.r{resize or 0}.c{crop or 0}{infix}"
            f".{'rgb' if channels == RGB else 'gray'}.bin")
    with open(os.path.join(folder, file), "wb") as output:
        output.write(image.tobytes())
    return {"image": name, "resize": resize, "interpolation": interpolation.value, "crop": crop,
            "width": image.width, "height": image.height, "channels": channels, "file": file}


def write_index(folder, entries):
    """One case a line, so that a change shows as one line."""
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        file.write(f"[\n{lines}\n]\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output-dir", default=os.path.join(ROOT, "tests/data/resize"),
                        help="default: tests/data/resize of this checkout")
    folder = parser.parse_args().output_dir
    os.makedirs(folder, exist_ok=True)
    write_images(folder)
    entries = [write_case(folder, case, InterpolationMode.BILINEAR) for case in BILINEAR_CASES]
    entries += [write_case(folder, case, InterpolationMode.BICUBIC) for case in BICUBIC_CASES]
    write_index(folder, entries)
    size = sum(entry.stat().st_size for entry in os.scandir(folder))
    if size > LIMIT:
        raise SystemExit(f"make_resize_goldens.py: {size} bytes in {folder}, more than {LIMIT}")
    print(f"{len(entries)} cases, {size} bytes in {folder}")


if __name__ == "__main__":
    main()
