"""Prints the expected values of antialias_test.cpp: what Pillow's Image.resize makes of generated
pictures. They are from Pillow 9.4.0.

    python3 -m pip install pillow && python3 tests/data/antialias_goldens.py"""
import sys

from PIL import Image

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def noise(height, width):
    """test::noise of test_pictures.h: core/random.h's generator."""
    state = 0
    for number in (height, width, 0):
        state = mix((state + number + GOLDEN) & MASK)
    values = bytearray()
    for _ in range(height * width * 3):
        state = (state + GOLDEN) & MASK
        values.append(mix(state) % 256)
    return Image.frombytes("RGB", (width, height), bytes(values))


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


CASES = [
    ((48, 64), (80, 107)),  # larger
    ((108, 192), (75, 133)),  # smaller, 2 and 3 taps
    ((97, 131), (61, 83)),  # odd
    ((120, 90), (67, 50)),  # smaller, 4 taps
    ((200, 310), (20, 31)),  # a tenth
    ((301, 7), (13, 40)),  # smaller and larger
    ((1, 1), (9, 4)),
    ((40, 1), (17, 1)),  # 1 pixel wide
    ((40, 1), (93, 30)),
    ((1, 50), (1, 21)),  # 1 pixel high
    ((50, 37), (1, 1)),
    ((33, 45), (33, 20)),  # the height stays
    ((33, 45), (70, 45)),  # the width stays
    ((33, 45), (33, 45)),  # both stay
    ((2, 1500), (3, 1499)),
    ((1500, 3), (1501, 2)),
]

print("Pillow", Image.__version__, file=sys.stderr)
small = noise(3, 4).resize((5, 2), Image.BILINEAR)
print("noise(3, 4) to 2 x 5:", list(small.tobytes()))
for (height, width), (to_height, to_width) in CASES:
    resized = noise(height, width).resize((to_width, to_height), Image.BILINEAR)
    print(f"{{{{{height}, {width}}}, {{{to_height}, {to_width}}}, {fnv1a(resized.tobytes()):#018x}}},")
