"""The studio as people start it, and what they bring to its page."""

import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import PIL.Image
import PIL.ImageDraw


class Server:
    """A page of its own over the folder "box", started as people do."""

    def start(self) -> str:
        command = [sys.executable, "-m", "headstart", "studio", "box", "--port", "0", "--no-open"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


def draw(folder: Path, name: str, count: int) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = random.Random(name)
    for number in range(count):
        picture = PIL.Image.effect_noise((120, 120), 60).convert("RGB")
        x, y, side = drawn.randint(10, 40), drawn.randint(10, 40), drawn.randint(40, 70)
        pen, hue = PIL.ImageDraw.Draw(picture), tuple(drawn.randint(0, 255) for _ in range(3))
        (pen.ellipse if name == "circle" else pen.rectangle)((x, y, x + side, y + side), fill=hue)
        picture.save(folder / f"{name} {number:02}.jpg")
    return [str(path) for path in sorted(folder.iterdir())]


def begin(page, address: str, kind: str = "Pictures", names=("circle", "square")) -> None:
    page.goto(address)
    page.get_by_role("button", name=re.compile(f"^{kind}")).click()
    for name in names:
        page.locator("#new-name").fill(name)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=name).wait_for()
