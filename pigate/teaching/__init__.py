"""Teaching by hand: what a person corrects of the configured table, by a button, a command or the live page.

It imports errors, files, learning, settings and config; never gate, pins or web. Read `taught` (the corrections on
disk), then `correction` (what a press means for a row), `button` (from a button's levels to a press) and `answer` (how
the LED says yes or no), which are pure, and `key` (who may teach through the live page).
"""
