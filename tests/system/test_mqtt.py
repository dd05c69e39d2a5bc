"""The installed unit and a broker beside it."""

from pigate import TruthTable
from tests.system import flips, guest, mqtt, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)


def test_gate_on_a_broker(machine: Machine) -> None:
    """With the drop-in a flip arrives at the broker; the broker's end harms nothing, and when it is back it knows."""
    machine.call(guest.succeed, "systemctl", "start", "mosquitto")
    since = machine.call(service.journal_now)
    machine.call(mqtt.want_broker)
    machine.call(service.wait_for_words, since, "MQTT: 127.0.0.1:1883: ")  # the sandbox is closed: one line says so
    machine.call(flips.show_all, XOR)

    since = machine.call(service.journal_now)
    machine.call(mqtt.open_sandbox)
    machine.call(service.wait_for_words, since, "MQTT: the gate is pigate/kitchen on 127.0.0.1:1883")
    for levels in ("110", "111"):
        machine.call(guest.set_switches, levels)
        machine.call(mqtt.wait_for_gate, True, levels, "on" if XOR[levels] == "1" else "off")

    machine.call(guest.succeed, "systemctl", "stop", "mosquitto")
    machine.call(flips.show_all, XOR)
    machine.call(guest.set_switches, "010")
    machine.call(guest.succeed, "systemctl", "start", "mosquitto")
    machine.call(mqtt.wait_for_gate, True, "010", "off")

    machine.call(guest.succeed, "systemctl", "stop", "pigate")
    assert machine.call(mqtt.wait_for_gate, False, "010", "off")["since"] is not None


def test_boot_without_a_network(machine: Machine) -> None:
    """A gate whose broker cannot be found boots as any other, and works; one line says why there is no MQTT."""
    machine.call(mqtt.want_broker, '[mqtt]\nhost = "broker.local"\n')
    machine.call(mqtt.open_sandbox)
    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    assert machine.call(service.unit, "pigate")["NRestarts"] == "0"
    machine.call(flips.show_all, XOR)
    said = machine.call(service.wait_for_words, "", "MQTT: broker.local:1883: ")
    assert sum("MQTT" in line for line in said) == 1
