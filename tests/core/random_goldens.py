"""Prints the expected values of random_test.cpp, from an implementation of its own.

The generator is checked first against the numbers published with SplitMix64's reference code
(state 1234567)."""
import math

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Rng:
    def __init__(self, seed, a=0, b=0):
        self.state = 0
        for number in (seed, a, b):
            self.state = mix((self.state + number + GOLDEN) & MASK)

    def next(self):
        self.state = (self.state + GOLDEN) & MASK
        return mix(self.state)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53


check = Rng(0)
check.state = 1234567
assert [check.next(), check.next()] == [6457827717110365317, 3203168211198807973]

for key in [(0,), (1,), (7, 3, 5)]:
    rng = Rng(*key)
    print("next", key, [hex(rng.next()) for _ in range(3)])
rng = Rng(7, 3, 5)
print("uniform", [rng.uniform().hex() for _ in range(2)])
rng = Rng(7, 3, 5)
print("below(10)", [rng.next() % 10 for _ in range(8)])
rng = Rng(7, 3, 5)
u, v = 1 - rng.uniform(), rng.uniform()
print("normal", repr(math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)))
rng, order = Rng(42), list(range(8))
for i in range(7, 0, -1):
    j = rng.next() % (i + 1)
    order[i], order[j] = order[j], order[i]
print("shuffle", order)
