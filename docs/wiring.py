"""Draws wiring.svg, the circuit of the default pins: python docs/wiring.py (needs the extra ``dev``)."""

from pathlib import Path

import schemdraw
from schemdraw import elements as elm

#: Where each line of the default configuration comes out on the header: GPIO -> physical pin.
SWITCHES = {17: 11, 27: 13, 22: 15}
BUTTON_GPIO, BUTTON_PIN = 23, 16
LED_GPIO, LED_PIN = 18, 12
SWITCH_GROUND, LED_GROUND = 9, 14


def main() -> None:
    """Write the drawing beside this file."""
    schemdraw.use("svg")
    with schemdraw.Drawing(file=str(Path(__file__).with_suffix(".svg")), show=False) as drawing:
        drawing.config(unit=3.2, font="sans-serif", fontsize=14, bgcolor="white", color="#222", lw=2, margin=0.4)
        _circuit(drawing)


def _circuit(drawing: schemdraw.Drawing) -> None:
    left = [f"GPIO {BUTTON_GPIO}", *reversed([f"GPIO {gpio}" for gpio in SWITCHES]), "GND"]
    numbers = [BUTTON_PIN, *reversed(SWITCHES.values()), SWITCH_GROUND]
    pins = [
        elm.IcPin(name=name, pin=str(number), side="left", anchorname=f"pin{number}")
        for name, number in zip(left, numbers, strict=True)
    ]
    pins.append(elm.IcPin(name="GND", pin=str(LED_GROUND), side="right", slot="2/4", anchorname=f"pin{LED_GROUND}"))
    pins.append(
        elm.IcPin(name=f"GPIO {LED_GPIO}", pin=str(LED_PIN), side="right", slot="3/4", anchorname=f"pin{LED_PIN}")
    )
    pi = elm.Ic(pins=pins, size=(5.6, 8.0), edgepadH=0.5, edgepadW=0.6, pinspacing=1.6, leadlen=0.6)
    drawing += pi.label("Raspberry Pi header, physical pin numbers", "top", fontsize=15, ofst=0.25)

    # The switches, each from its line to a ground rail on the far left.
    rail = pi.absanchors[f"pin{SWITCH_GROUND}"].x - drawing.dwgparams["unit"]
    drawing += elm.Line().at(pi.absanchors[f"pin{SWITCH_GROUND}"]).tox(rail)
    drawing += elm.Dot()
    for number, pin in enumerate(SWITCHES.values(), 1):
        drawing += elm.Switch().left().flip().at(pi.absanchors[f"pin{pin}"]).tox(rail).label(f"S{number}", ofst=0.2)
        drawing += elm.Dot()
    button = pi.absanchors[f"pin{BUTTON_PIN}"]
    drawing += elm.Button().left().flip().at(button).tox(rail).label("teach", ofst=0.2)
    drawing += elm.Dot()
    drawing += elm.Line().at((rail, pi.absanchors[f"pin{SWITCH_GROUND}"].y)).toy(button)

    # The LED behind its resistor, back to ground.
    drawing += elm.Resistor().right().at(pi.absanchors[f"pin{LED_PIN}"]).label("R1  330 Ω")
    drawing += (
        elm.LED().down().toy(pi.absanchors[f"pin{LED_GROUND}"]).label("LED, its long\nleg to R1", "bottom", ofst=0.1)
    )
    drawing += elm.Line().left().tox(pi.absanchors[f"pin{LED_GROUND}"])


if __name__ == "__main__":
    main()
