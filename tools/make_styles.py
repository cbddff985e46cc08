"""Draw the style pictures in resources/images/styles/: our own, the same at every run.

    python tools/make_styles.py [NAME ...]

Each is drawn at twice its size and shrunk, so that edges come out smooth.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE_PX = 512
BIG = 2 * SIZE_PX
MAX_BYTES = 200_000
GRID_Y, GRID_X = np.mgrid[0:BIG, 0:BIG].astype(np.float32) / BIG


def noise(rng: np.random.Generator, cells: int, octaves: int = 4) -> np.ndarray:
    """Smooth random hills, float32 [BIG, BIG] in about [-1, 1]; each octave half as large."""
    total, weight = np.zeros((BIG, BIG), np.float32), 0.0
    for octave in range(octaves):
        n = cells * 2**octave
        values = Image.fromarray(rng.uniform(-1, 1, (n + 3, n + 3)).astype(np.float32))
        box = (1, 1, n + 1, n + 1)
        hills = values.resize((BIG, BIG), Image.Resampling.BICUBIC, box=box)
        total += np.asarray(hills) / 2**octave
        weight += 0.5**octave
    return np.asarray(total / weight * 1.6, np.float32)


def ramp(values: np.ndarray, colours: list[str]) -> np.ndarray:
    """`values` in [0, 1] as colours between evenly spaced stops, float32 [..., 3] in 0…255."""
    stops = np.linspace(0, 1, len(colours))
    table = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in colours])
    channels = [np.interp(values, stops, table[:, k]) for k in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def lit(height: np.ndarray, strength: float) -> np.ndarray:
    """Light from the upper left on a relief, about 1 on flat ground; [BIG, BIG, 1]."""
    dy, dx = np.gradient(height)
    return np.asarray(np.clip(1 - strength * (dx + dy), 0.45, 1.6)[..., None])


def picture(pixels: np.ndarray) -> Image.Image:
    """Numbers in 0…255 as an image."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def night(rng: np.random.Generator) -> Image.Image:
    """Brush strokes along a whirling sky over dark hills."""
    whirls = [(0.30, 0.30, 0.16, 1), (0.66, 0.42, 0.13, -1), (0.84, 0.14, 0.09, 1)]
    lamps = [(0.10, 0.12), (0.50, 0.10), (0.90, 0.55), (0.12, 0.55), (0.47, 0.62)]
    sway = noise(rng, 2, 3)
    flow_x, flow_y = np.ones_like(sway), 0.9 * sway
    glow = np.zeros_like(sway)
    for x, y, r, sense in whirls:
        dx, dy = GRID_X - x, GRID_Y - y
        pull = 5 * np.exp(-(dx**2 + dy**2) / (2 * r * r))
        length = np.hypot(dx, dy) + 1e-3
        flow_x += pull * sense * -dy / length
        flow_y += pull * sense * dx / length
        glow += 0.45 * np.exp(-((length - 0.55 * r) ** 2) / (2 * (0.3 * r) ** 2))
    for x, y in [(x, y) for x, y, *_ in whirls] + lamps:
        distance = np.hypot(GRID_X - x, GRID_Y - y)
        glow += 1.1 * np.exp(-((distance / 0.035) ** 2)) + 0.35 * np.exp(
            -(((distance - 0.065) / 0.018) ** 2)
        )
        pull = 6 * np.exp(-((distance / 0.06) ** 2))
        flow_x += pull * -(GRID_Y - y) / (distance + 1e-3)
        flow_y += pull * (GRID_X - x) / (distance + 1e-3)
    base = 0.30 + 0.16 * noise(rng, 5, 3) + 0.55 * glow
    sky = ramp(
        np.clip(base, 0, 1),
        ["0a1440", "12307e", "1f5fb4", "4f9ccf", "a8d3d0", "f3e39a", "fbc531", "fff3b8"],
    )
    ridge = 0.80 + 0.05 * np.sin(GRID_X * 7 + 1) + 0.03 * np.sin(GRID_X * 17)
    below = np.clip((GRID_Y - ridge) * 4 + 0.25 + 0.2 * noise(rng, 8, 2), 0, 1)
    hills = ramp(below, ["0b1c38", "14463f", "2f6b3a", "7a8f35", "1a3a4a"])
    land = ridge < GRID_Y
    colours = np.where(land[..., None], hills, sky)
    flow_y = np.where(land, 2.2 * np.cos(GRID_X * 7 + 1) * 0.35 + 0.2 * sway, flow_y)
    flow_x = np.where(land, 1.0, flow_x)
    canvas = _strokes(rng, colours, np.arctan2(flow_y, flow_x))
    relief = np.asarray(canvas.convert("L").filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    return picture(np.asarray(canvas, np.float32) * lit(relief, 0.02))


def _strokes(rng: np.random.Generator, colours: np.ndarray, angle: np.ndarray) -> Image.Image:
    """Short bent strokes along `angle`, in the colour below them, broad ones first."""
    canvas = picture(colours * 0.55)
    draw = ImageDraw.Draw(canvas)
    for count, width, steps in ((2600, 17, 7), (9000, 10, 6), (9000, 6, 5)):
        for x, y in rng.uniform(0, BIG - 1, (count, 2)):
            colour = colours[int(y), int(x)] + rng.normal(0, 17) + rng.normal(0, 9, 3)
            points = [(x, y)]
            for _ in range(steps):
                turn = angle[int(np.clip(y, 0, BIG - 1)), int(np.clip(x, 0, BIG - 1))]
                x, y = x + 7 * np.cos(turn), y + 7 * np.sin(turn)
                points.append((x, y))
            fill = tuple(int(c) for c in np.clip(colour, 0, 255))
            draw.line(points, fill=fill, width=width, joint="curve")
    return canvas


def glass(rng: np.random.Generator) -> Image.Image:
    """Stained glass: panes in rings around a low sun, lead between them, light through them."""
    cx, cy = 0.5, 0.60
    seeds = [(cx, cy)]
    for ring, radius in enumerate(
        (0.07, 0.13, 0.19, 0.255, 0.325, 0.40, 0.48, 0.565, 0.655, 0.75, 0.85)
    ):
        n = 9 + 4 * ring
        around = (np.arange(n) + rng.uniform(-0.2, 0.2, n) + ring / 2) / n * 2 * np.pi
        away = radius + rng.uniform(-0.013, 0.013, n)
        seeds += list(zip(cx + away * np.cos(around), cy + away * np.sin(around), strict=True))
    near, second, owner = _two_nearest(np.array(seeds, np.float32), 0.012 * noise(rng, 6, 2))
    middle = np.array(seeds)[owner]
    distance = np.hypot(middle[..., 0] - cx, middle[..., 1] - cy)
    jitter = rng.uniform(-0.11, 0.11, len(seeds))[owner]
    sun = ["fff2b0", "ffc233", "ff8a1f", "e8372c", "b3196b", "5a2aa6", "1b4fc4", "0a8fb8", "0b6e8a"]
    sea = ["ffe08a", "ff9a3d", "16a39a", "0b7f9e", "0d5aa0", "123a86", "0f7a5a", "2aa35b", "0a4b4f"]
    place = np.clip(distance * 1.35 + jitter, 0, 1)
    colours = np.where((middle[..., 1] > cy + 0.1)[..., None], ramp(place, sea), ramp(place, sun))
    edge = second - near
    streaks = np.sin(90 * (GRID_X + 0.3 * GRID_Y) + 40 * jitter + 5 * noise(rng, 5, 3))
    grain = 1 + 0.16 * noise(rng, 60, 3) + 0.16 * noise(rng, 7, 3) + 0.09 * streaks
    shine = (0.72 + 0.5 * np.clip(edge / 0.035, 0, 1)) * grain
    panes = colours * shine[..., None]
    lead = np.clip((0.0085 - edge) / 0.002, 0, 1)[..., None]
    rim = 26 + 70 * np.exp(-(((edge - 0.003) / 0.002) ** 2))
    return picture(panes * (1 - lead) + lead * rim[..., None])


def _two_nearest(seeds: np.ndarray, bend: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance to the nearest and second nearest seed, and which is the nearest; [BIG, BIG]."""
    near = np.full((BIG, BIG), 9, np.float32)
    second, owner = near.copy(), np.zeros((BIG, BIG), np.intp)
    for index, (x, y) in enumerate(seeds):
        distance = np.hypot(GRID_X + bend - x, GRID_Y - bend - y)
        closer = distance < near
        second = np.where(closer, near, np.minimum(second, distance))
        near, owner = np.where(closer, distance, near), np.where(closer, index, owner)
    return near, second, owner


def halftone(rng: np.random.Generator) -> Image.Image:
    """Pop art: bold bursts and clouds in four inks, tone by dots of growing size."""
    angle = np.arctan2(GRID_Y - 0.62, GRID_X - 0.42)
    radius = np.hypot(GRID_X - 0.42, GRID_Y - 0.62)
    ray = np.sin(angle * 14) > 0
    yellow, red = ramp(radius, ["ffe600", "ffd000"]), ramp(radius, ["ff5a1f", "ff2d55"])
    base = np.where(ray[..., None], yellow, red)
    burst = radius < 0.30 + 0.075 * np.abs(((angle * 9 / np.pi) % 2) - 1) * 2 - 0.06
    rim = radius < 0.325 + 0.075 * np.abs(((angle * 9 / np.pi) % 2) - 1) * 2 - 0.06
    inner = radius < 0.17 + 0.05 * np.sin(angle * 6 + 1)
    for mask, colour in ((rim, "141029"), (burst, "00b7e8"), (inner, "ff2e88")):
        base[mask] = ramp(np.zeros(1), [colour, colour])[0]
    puffs = ((0, 0, 0.8), (-0.9, 0.2, 0.55), (0.9, 0.25, 0.6), (0.2, -0.5, 0.6))
    for x, y, size in ((0.80, 0.20, 0.13), (0.16, 0.14, 0.10), (0.90, 0.86, 0.12)):
        cloud = np.min(
            [
                np.hypot(GRID_X - x - dx * size, GRID_Y - y - dy * size) / size - r
                for dx, dy, r in puffs
            ],
            axis=0,
        )
        base[cloud < 0.12] = (20, 16, 41)
        base[cloud < 0] = (255, 250, 236)
    turn = np.deg2rad(24)
    for pitch, ink, tone in (
        (17, (214, 0, 92), np.clip(radius * 1.5 - 0.1, 0, 1)),
        (13, (20, 30, 150), np.clip(1.05 - radius * 2.4 + 0.5 * (GRID_Y - 0.5), 0, 1)),
    ):
        u = (GRID_X * np.cos(turn) + GRID_Y * np.sin(turn)) * BIG / pitch
        v = (-GRID_X * np.sin(turn) + GRID_Y * np.cos(turn)) * BIG / pitch
        to_middle = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
        dark = base.sum(axis=-1) < 120
        dots = (to_middle < 0.52 * np.sqrt(tone)) & ~dark
        base[dots] = 0.18 * base[dots] + 0.82 * np.array(ink)
        turn += np.deg2rad(41)
    paper = 1 + 0.03 * noise(rng, 60, 3)
    return picture(base * paper[..., None])


def marble(rng: np.random.Generator) -> Image.Image:
    """Marbled paper: bands of ink combed and folded into one another, veins of gold."""
    x, y = GRID_X.copy(), GRID_Y.copy()
    for strength, cells in ((0.16, 2), (0.08, 4), (0.035, 9)):
        x, y = x + strength * noise(rng, cells, 2), y + strength * noise(rng, cells, 2)
    y += 0.045 * np.sin(x * 31) + 0.02 * np.sin(x * 83 + 1)
    x += 0.03 * np.sin(y * 37)
    phase = y * 5.5 + 1.3 * x
    inks = ["0b1e4b", "123f7a", "0f8b8d", "8fd6c8", "f7f0dc", "f4a259", "e4572e", "a4133c"]
    order = np.abs((phase * 0.5) % 2 - 1)
    colours = ramp(np.clip(order + 0.05 * np.sin(phase * 60), 0, 1), inks)
    fine = 0.5 + 0.5 * np.sin(phase * 34 + 3 * noise(rng, 3, 2))
    colours *= (0.80 + 0.32 * fine)[..., None]
    vein = np.exp(-((np.abs((phase * 1.5) % 1 - 0.5) / 0.035) ** 2))[..., None]
    gold = ramp(np.clip(0.5 + 0.5 * noise(rng, 50, 2), 0, 1), ["8a5a12", "e8b23a", "fff0b0"])
    colours = colours * (1 - 0.85 * vein) + gold * 0.85 * vein
    return picture(colours * lit(fine * 6 + vein[..., 0] * 14, 0.12))


def wave(rng: np.random.Generator) -> Image.Image:
    """Woodcut: rows of curling waves with carved lines and foam before a red sun."""
    paper = ramp(np.clip(GRID_Y * 1.5, 0, 1), ["e9b872", "f3d9a4", "f6e9cf"])
    paper *= (1 + 0.035 * np.sin(GRID_Y * 300 + 9 * noise(rng, 3, 3)))[..., None]
    sun = np.hypot(GRID_X - 0.70, GRID_Y - 0.25) < 0.135
    paper[sun] = ramp(GRID_Y, ["f0592a", "d11f2f"])[sun] * 1.05
    inks = ["7fb7be", "3e8fb0", "1f6a9c", "174f86", "113a6b", "0c2750"]
    for row, ink in enumerate(inks):
        phase = row * 1.9 + 0.4
        u = GRID_X * (7.5 - 0.6 * row) + phase
        lean = 0.55 * np.sin(u) + 0.12 * np.sin(2 * u + row)
        crest = 0.40 + 0.105 * row - (0.085 + 0.008 * row) * np.abs(np.sin((u + lean) / 2)) ** 0.6
        crest += 0.008 * noise(rng, 14, 3)
        depth = GRID_Y - crest
        sea = depth > 0
        tone = ramp(np.zeros(1), [ink, ink])[0]
        carved = np.sin((depth + 0.012 * np.sin(u * 3)) * (300 - 14 * row) + 1.2 * noise(rng, 6, 2))
        line = (carved > 0.35) & (depth < 0.115) & (depth > 0.02)
        paper[sea] = tone
        pale = 0.35 * tone + 0.65 * np.array([236, 240, 226])
        paper[sea & line] = pale
        lace = np.hypot((GRID_X * 34 + row * 0.37) % 1 - 0.5, (depth * 34) % 1 - 0.5)
        foam = (depth < 0.030 + 0.016 * noise(rng, 22, 2)) & sea
        paper[foam] = (250, 247, 236)
        paper[foam & (lace < 0.22) & (depth > 0.008)] = tone
        paper[sea & (depth < 0.004)] = (10, 24, 58)
    grain = 1 + 0.05 * noise(rng, 90, 2)
    return picture(paper * grain[..., None])


def mosaic(rng: np.random.Generator) -> Image.Image:
    """Tesserae laid along the rings of overlapping fans, in mortar, each catching the light."""
    inks = ["f7e08a", "e8a21c", "0b3c8c", "1277c4", "19b5a5", "0b7a4b", "c8d94a", "d1495b"]
    radius, pitch = 270.0, 27.0
    canvas, tilt = Image.new("RGB", (BIG, BIG)), Image.new("L", (BIG, BIG))
    draw, slope = ImageDraw.Draw(canvas), ImageDraw.Draw(tilt)
    for row in range(-2, 7):  # from the top, so that each fan lies over those above it
        for column in range(-1, 4):
            centre = ((column + 0.5 * (row % 2)) * radius * 1.62, row * radius * 0.62 + radius)
            draw.circle(centre, radius, fill=(46, 38, 40))
            slope.circle(centre, radius, fill=0)
            for ring in range(int(radius / pitch)):
                tone = ramp(np.array([(ring + 0.5) * pitch / radius]), inks)[0]
                for corners in _ring(rng, centre, (ring + 0.5) * pitch, pitch):
                    colour = tone * rng.uniform(0.78, 1.2) + rng.normal(0, 11, 3)
                    draw.polygon(corners, fill=tuple(int(c) for c in np.clip(colour, 0, 255)))
                    slope.polygon(corners, fill=int(rng.integers(80, 200)))
    height = np.asarray(tilt.filter(ImageFilter.GaussianBlur(1.6)), np.float32)
    grain = 1 + 0.09 * noise(rng, 70, 3)
    return picture(np.asarray(canvas, np.float32) * grain[..., None] * lit(height, 0.008))


def _ring(
    rng: np.random.Generator, centre: tuple[float, float], r: float, pitch: float
) -> Iterator[list[tuple[float, float]]]:
    """The corners of each stone, not quite square, of one ring of a fan."""
    n = max(5, round(2 * np.pi * r / pitch))
    start = rng.uniform(0, 2 * np.pi / n)
    for angle in start + 2 * np.pi * np.arange(n) / n:
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * pitch / 2
        half = half * rng.uniform(0.76, 0.95, (4, 2)) + (r, 0)
        spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        yield [(float(x), float(y)) for x, y in half @ spin.T + centre]


STYLES = {
    "night": night,
    "glass": glass,
    "halftone": halftone,
    "marble": marble,
    "wave": wave,
    "mosaic": mosaic,
}


def main(names: list[str]) -> int:
    """Draw the named styles, or all."""
    home = Path(__file__).resolve().parent.parent / "resources" / "images" / "styles"
    home.mkdir(parents=True, exist_ok=True)
    for seed, (name, draw) in enumerate(STYLES.items()):
        if names and name not in names:
            continue
        image = draw(np.random.default_rng(seed)).resize(
            (SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS
        )
        path = home / f"{name}.jpg"
        for quality in range(94, 50, -2):
            image.save(path, quality=quality, subsampling="4:4:4")
            if path.stat().st_size <= MAX_BYTES:
                break
        print(f"{path.name}: quality {quality}, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
