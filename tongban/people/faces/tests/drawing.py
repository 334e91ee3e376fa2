"""Invented faces: drawn with a few ellipses, and still found by the detector."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter


def face(*, eyes=1.0, mouth=0.0, turn=0.0, gap=1.0, nose=1.0, skin=(224, 190, 165), kind="PNG"):
    """One face from the front; `eyes` and `mouth` open from 0 to 1, `turn` is negative to the picture's left."""
    size, shift = 400, turn * 30
    image = Image.new("RGB", (size, size), (120, 130, 140))
    draw = ImageDraw.Draw(image)
    x, y = size / 2, size / 2
    dim = [tuple(int(c * share) for c in skin) for share in (0.86, 0.93, 0.5)]
    draw.ellipse((x - 105, y - 160, x + 105, y + 60), fill=(40, 30, 25))
    draw.ellipse((x - 92, y - 120, x + 92, y + 130), fill=skin)
    for side in (-1, 1):
        ex, ey, tall = x + side * 38 * gap + shift, y - 25, 9 * eyes
        draw.ellipse((ex - 26, ey - 16, ex + 26, ey + 18), fill=dim[0])
        draw.rectangle((ex - 24, ey - 32, ex + 24, ey - 24), fill=(50, 35, 30))
        draw.ellipse((ex - 19, ey - tall, ex + 19, ey + tall), fill=(245, 245, 245))
        if eyes > 0.4:
            draw.ellipse((ex - 8, ey - tall, ex + 8, ey + tall), fill=(35, 25, 20))
        else:
            draw.line((ex - 19, ey, ex + 19, ey), fill=(40, 30, 30), width=3)
    nx, wide = x + shift * 1.6, 17 * nose
    draw.polygon([(nx - 5, y - 20), (nx + 5, y - 20), (nx + wide, y + 32), (nx - wide, y + 32)], fill=dim[1])
    draw.ellipse((nx - 16 * nose, y + 24, nx - 4, y + 34), fill=dim[2])
    draw.ellipse((nx + 4, y + 24, nx + 16 * nose, y + 34), fill=dim[2])
    mx, my = x + shift * 1.1, y + 70
    draw.ellipse((mx - 34, my - 9 - mouth * 14, mx + 34, my + 11 + mouth * 22), fill=(165, 75, 75))
    if mouth:
        draw.ellipse((mx - 24, my - 3 - mouth * 8, mx + 24, my + 3 + mouth * 14), fill=(50, 20, 20))
    else:
        draw.line((mx - 34, my, mx + 34, my), fill=(90, 40, 40), width=3)
    out = BytesIO()
    image.filter(ImageFilter.GaussianBlur(2.2)).save(out, kind)
    return out.getvalue()


MOVES = {
    "turn-left": {"turn": 0.7},
    "turn-right": {"turn": -0.7},
    "blink": {"eyes": 0.15},
    "open-mouth": {"mouth": 1.0},
}


def frames(challenge):
    """A recording of somebody who follows the prompts."""
    return [face(), *(face(**MOVES[prompt]) for prompt in challenge)]
