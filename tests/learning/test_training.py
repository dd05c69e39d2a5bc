import math
import random
import threading
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.learning import attempt, proof
from pigate.learning.attempt import MAX_RECORD_SIZE, MAX_SNAPSHOTS
from pigate.learning.network import Network, sigmoid_of_half
from pigate.learning.proof import decide, examine, mean_squared_error, rows_as_arrays
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import Trained, patience, train

from .proved import proved

Rule = Literal["resilient", "plain"]
XOR = TruthTable.named("xor")
#: One start alone is often stuck on these two; so is, now and then, a whole attempt.
HARD = ["10010111", "01101000"]
#: Epochs of a first attempt at a table of three inputs.
PATIENCE = patience("resilient", bias=True, inputs=3)


def test_xor() -> None:
    """The defaults learn the article's table with 3-4-1 neurons, and the record says how."""
    trained = train(XOR)
    assert trained.learned
    assert proved(trained)
    assert trained.network.layers == [3, 4, 1]
    assert [w.shape for w in trained.network.weights] == [(4, 4), (5, 1)]
    assert (trained.record.seed, trained.record.starts, trained.record.attempts, trained.tolerance) == (1, 4, 1, 0.1)
    assert trained.table is XOR
    assert trained.not_learned == ()
    assert trained.record.duration_s > 0


@pytest.mark.parametrize("rule", ["resilient", "plain"])
def test_single_layer_never_learns_xor(rule: Rule) -> None:
    """A single layer cannot part xor: it gives up after its epochs and names the rows that are wrong."""
    for seed in range(1, 6):
        trained = train(XOR, hidden=(), rule=rule, epochs=2000, seed=seed)
        assert not trained.learned
        assert not proved(trained)
        assert trained.epochs == 2000
        wrong = [
            row for row in every_levels(3) if trained.decide(row)[1] != (("on",) if XOR.rows[row] == "1" else ("off",))
        ]
        assert trained.not_learned == tuple(wrong) != ()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.dictionaries(
            st.sampled_from(list(every_levels(n))), st.text("01", min_size=2, max_size=2), min_size=1
        )
    ),
    st.sampled_from([(), (4,), (5, 3)]),
    st.booleans(),
    st.sampled_from(["resilient", "plain"]),
    st.sampled_from([0.01, 0.1, 0.4]),
    st.integers(0, 2**63 - 1),
)
def test_verdict_is_true(
    rows: dict[str, str], hidden: tuple[int, ...], bias: bool, rule: Rule, tolerance: float, seed: int
) -> None:
    """Whatever is trained, "learned" is said when every taught row is right, and only then."""
    trained = train(
        TruthTable(rows),
        hidden=hidden,
        bias=bias,
        rule=rule,
        tolerance=tolerance,
        seed=seed,
        starts=3,
        epochs=60,
    )
    assert trained.learned is proved(trained)
    assert set(trained.not_learned) <= set(rows)
    check_record(trained)


def check_record(trained: Trained) -> None:
    """Assert that the record is bounded, in order, and tells of the network that was returned."""
    assert trained.record.losses.ndim == 2
    assert trained.record.losses.shape[1] == trained.record.starts
    assert trained.record.losses.shape[0] <= trained.epochs
    assert (trained.record.losses.shape[0] == trained.epochs) == (trained.record.attempts == 1 or trained.epochs == 0)
    assert 0 <= trained.record.winner < trained.record.starts
    x, y = rows_as_arrays(trained.table)
    assert trained.loss == float(((y - np.array([trained.network.forward(row)[-1] for row in x])) ** 2).mean())
    kept = trained.record.snapshot_epochs
    assert kept[0] == 0
    assert kept[-1] == len(trained.record.losses)
    assert all(a < b for a, b in pairwise(kept))
    assert len(kept) <= MAX_SNAPSHOTS
    for matrix, record in zip(trained.network.weights, trained.record.snapshots, strict=True):
        assert record.shape == (len(kept), *matrix.shape)
        assert record[-1].tolist() == matrix.tolist()
    for number, epoch in enumerate(kept[:-1]):  # the loss before an update is that of the weights then
        network = Network([record[number] for record in trained.record.snapshots], trained.table.inputs)
        assert mean_squared_error(network, trained.table) == pytest.approx(
            trained.record.losses[epoch, trained.record.winner], abs=1e-12
        )


def test_record_of_a_long_training() -> None:
    """A long training keeps a bounded number of snapshots, evenly spread but for the last."""
    trained = train(XOR, hidden=(), starts=4, epochs=6000)
    check_record(trained)
    assert trained.record.attempts > 1
    kept = trained.record.snapshot_epochs
    strides = {b - a for a, b in pairwise(kept[:-1])}
    assert len(strides) == 1
    assert len(kept) > 100


def test_record_of_a_short_training() -> None:
    """A short training keeps the weights before the first update, and those after each."""
    trained = train(XOR)
    assert trained.record.attempts == 1
    assert trained.record.snapshot_epochs == tuple(range(trained.epochs + 1))


def test_record_of_a_network_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not two epochs' weights fit, the first and the last are kept."""
    monkeypatch.setattr(attempt, "MAX_RECORD_SIZE", 1)
    trained = train(XOR)
    check_record(trained)
    assert trained.record.snapshot_epochs == (0, trained.epochs)


def test_record_in_words() -> None:
    """A record says in words how long the training took, in milliseconds."""
    record = replace(train(XOR).record, duration_s=2.5432)
    assert f"{record}" == f"in {record.epochs} epochs (4 starts, attempt 1, 2543.2 ms, seed 1)"


def test_record_of_many_starts_is_small() -> None:
    """With so many starts that every epoch's weights would fill the memory, fewer are kept."""
    trained = train(XOR, hidden=(64,), rule="plain", starts=200, epochs=50, tolerance=0.001)
    check_record(trained)
    weights_in_all = 200 * (4 * 64 + 65)
    assert trained.epochs * weights_in_all > MAX_RECORD_SIZE  # else this shows nothing
    assert (len(trained.record.snapshot_epochs)) * weights_in_all <= MAX_RECORD_SIZE


def test_same_seed_same_network() -> None:
    """The same seed gives the same network and record, bit for bit; another seed gives another."""
    one, two, other = (train(XOR, seed=seed) for seed in (7, 7, 8))
    assert one.epochs == two.epochs
    assert one.record.losses.tobytes() == two.record.losses.tobytes()
    for a, b, c in zip(one.network.weights, two.network.weights, other.network.weights, strict=True):
        assert a.tobytes() == b.tobytes()
        assert a.tobytes() != c.tobytes()
    assert [s.tobytes() for s in one.record.snapshots] == [s.tobytes() for s in two.record.snapshots]


def test_seed_is_all_that_is_random() -> None:
    """The global generators, Python's and NumPy's, are neither used nor moved."""
    random.seed(1)
    np.random.seed(1)
    one = train(XOR)
    after = random.random(), float(np.random.random())
    two = train(XOR)
    random.seed(1)
    np.random.seed(1)
    assert after == (random.random(), float(np.random.random()))
    assert one.network.weights[0].tobytes() == two.network.weights[0].tobytes()


def test_threads_share_nothing() -> None:
    """Trainings side by side in threads come to what they come to alone."""
    alone = [train(XOR, seed=seed).network.weights[0].tobytes() for seed in range(1, 7)]
    found: dict[int, bytes] = {}

    def work(seed: int) -> None:
        found[seed] = train(XOR, seed=seed).network.weights[0].tobytes()

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(1, 7)] == alone


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("rule", "rate"), [("resilient", 1.0), ("plain", 1000.0)])
def test_no_overflow_warning(rule: Rule, rate: float) -> None:
    """Weights at which the article's exp(-z) overflows train on without a warning."""
    trained = train(XOR, hidden=(), rule=rule, learning_rate=rate, epochs=1500, tolerance=1e-6)
    steep = examine(Network([matrix * 1e6 for matrix in trained.network.weights], 3), XOR, 0.1)
    z = np.array([[1.0, 1, 1, 1]]) @ steep.network.weights[0]
    assert abs(z).max() > 710  # exp overflows from there on
    assert np.isfinite(sigmoid_of_half(z / 2)).all()
    assert math.isfinite(steep.loss)


@pytest.mark.parametrize("bits", HARD)
def test_fresh_attempts_when_stuck(bits: str) -> None:
    """A batch that is stuck makes way for a fresh one, with more patience each time, until one is proved."""
    table = TruthTable.parse(bits)
    attempts = []
    for seed in range(1, 31):
        trained = train(table, starts=1, seed=seed)
        assert trained.learned
        check_record(trained)
        spent = sum(PATIENCE * number for number in range(1, trained.record.attempts))
        assert trained.epochs == spent + len(trained.record.losses)
        assert len(trained.record.losses) <= PATIENCE * trained.record.attempts
        attempts.append(trained.record.attempts)
    assert max(attempts) > 1
    assert min(attempts) == 1


@pytest.mark.parametrize(("inputs", "epochs"), [(1, 30), (2, 30), (3, 30), (4, 60), (8, 960)])
def test_patience(inputs: int, epochs: int) -> None:
    """The first attempt is given 30 epochs, twice that for each input beyond three, and twice again without a bias."""
    assert patience("resilient", bias=True, inputs=inputs) == epochs
    assert patience("resilient", bias=False, inputs=inputs) == 2 * epochs
    for bias, limit in ((True, epochs), (False, 2 * epochs)):
        never = train(TruthTable.named("parity", max(2, inputs)), hidden=(), bias=bias, epochs=limit + 1, starts=1)
        assert (never.record.attempts, len(never.record.losses)) == (2, 1)


@pytest.mark.parametrize(("inputs", "epochs"), [(1, 2000), (2, 2000), (3, 2000), (4, 4000), (8, 12000)])
def test_patience_of_the_plain_rule(inputs: int, epochs: int) -> None:
    """The published rule is slower: 2,000 epochs, and as many more for each input beyond three, bias or none."""
    assert patience("plain", bias=True, inputs=inputs) == patience("plain", bias=False, inputs=inputs) == epochs


def test_a_fresh_attempt_goes_on_with_the_generator() -> None:
    """A second attempt is not the first again: its starts begin elsewhere."""
    whole = train(XOR, hidden=(), starts=3, epochs=PATIENCE + 1)
    first = train(XOR, hidden=(), starts=3, epochs=1)
    assert (whole.record.attempts, first.record.attempts) == (2, 1)
    assert set(whole.record.losses[0]).isdisjoint(first.record.losses[0])


@pytest.mark.parametrize("name", ["xor", "parity", "full-adder"])
def test_stops_at_the_proof(name: str) -> None:
    """Training stops at the first epoch that is proved: one less, and the table is not learned."""
    table = TruthTable.named(name)
    for seed in range(1, 6):
        trained = train(table, seed=seed)
        short = train(table, seed=seed, epochs=trained.epochs - 1)
        assert trained.learned
        assert not short.learned
        assert short.epochs == trained.epochs - 1
        assert short.record.losses.tolist() == trained.record.losses.tolist()[:-1]


def test_only_the_proof_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rows, asked one by one, are not as they were all at once, the training goes on until they are."""
    refused = 3

    def examine(network: Network, table: TruthTable, tolerance: float) -> proof.Examined:
        nonlocal refused
        refused -= 1
        examined = proof.examine(network, table, tolerance)
        return replace(examined, not_learned=("000",)) if refused >= 0 else examined

    epochs = train(XOR).epochs
    monkeypatch.setattr(attempt, "examine", examine)
    assert train(XOR).epochs == epochs + 3


def test_learned_from_the_start() -> None:
    """A network that is right by chance is taken as drawn: no epoch, no loss, one snapshot."""
    trained = train(TruthTable({"000": "1"}), starts=256, tolerance=0.4)
    assert trained.learned
    assert (trained.epochs, trained.record.attempts, trained.record.losses.shape, trained.record.snapshot_epochs) == (
        0,
        1,
        (0, 256),
        (0,),
    )
    check_record(trained)


def test_one_epoch() -> None:
    """With one epoch to spend, nothing is learned and nothing breaks."""
    trained = train(XOR, epochs=1)
    assert not trained.learned
    assert (trained.epochs, trained.record.attempts) == (1, 1)
    check_record(trained)


def test_progress() -> None:
    """The callback hears of every epoch once, counted over all attempts, with the lowest loss, in this thread."""
    heard: list[tuple[int, float, int]] = []

    def hear(epoch: int, loss: float) -> None:
        heard.append((epoch, loss, threading.get_ident()))

    trained = train(XOR, hidden=(), epochs=PATIENCE + 50, progress=hear)
    assert [epoch for epoch, _, _ in heard] == list(range(1, PATIENCE + 51))
    assert trained.record.attempts == 2
    assert [loss for _, loss, _ in heard[PATIENCE:]] == trained.record.losses.min(axis=1).tolist()
    assert {thread for _, _, thread in heard} == {threading.get_ident()}


def test_progress_may_raise() -> None:
    """What the callback raises ends the training and comes out: so is a training broken off."""

    def stop(epoch: int, _loss: float) -> None:
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(XOR, progress=stop)


def test_bias_or_none() -> None:
    """Without a bias, every layer has one row less; the table is learned all the same."""
    trained = train(XOR, bias=False)
    assert trained.learned
    assert [w.shape for w in trained.network.weights] == [(3, 4), (4, 1)]


def test_plain_rule() -> None:
    """The plain rule learns xor too, in another way, and the learning rate counts."""
    slow, fast = (train(XOR, rule="plain", learning_rate=rate) for rate in (1.0, 4.0))
    assert slow.learned
    assert fast.learned
    assert fast.epochs < slow.epochs
    assert train(XOR).epochs < fast.epochs


def test_hidden_layers() -> None:
    """Any number of layers of any width can be asked for."""
    trained = train(XOR, hidden=(6, 5, 3))
    assert trained.network.layers == [3, 6, 5, 3, 1]
    assert trained.learned


def test_untaught_rows_are_free() -> None:
    """A row that is not taught is never in the proof: the network guesses it."""
    table = TruthTable({"000": "1", "111": "0"})
    trained = train(table)
    assert trained.learned
    prediction, decision = trained.decide("010")
    assert decision == (decide(prediction[0], 0.1),)


def test_tolerance_is_the_proofs() -> None:
    """A narrower tolerance is met, and takes longer."""
    wide, narrow = train(XOR, tolerance=0.4), train(XOR, tolerance=0.01)
    assert wide.learned
    assert proved(narrow)
    assert wide.epochs < narrow.epochs
    assert narrow.loss < 1e-4


def test_decide() -> None:
    """A training answers levels with a prediction and a decision for each output."""
    trained = train(TruthTable.named("full-adder"))
    for levels, targets in trained.table.rows.items():
        prediction, decision = trained.decide(levels)
        assert decision == tuple("on" if bit == "1" else "off" for bit in targets)
        assert prediction == tuple(trained.network.predict([int(bit) for bit in levels]).tolist())


def test_examine() -> None:
    """A network from elsewhere is proved as it is: learned or with the rows that are wrong; it has no record."""
    good = train(XOR)
    again = examine(good.network, XOR, 0.1)
    assert again.learned
    assert again.loss == good.loss
    assert not isinstance(again, Trained)
    assert examine(good.network, TruthTable.named("parity"), 0.1).not_learned == ("000", "001", "010", "100")


def test_mean_squared_error() -> None:
    """The loss is the mean over taught rows and outputs: a network that says 0.5 has 0.25."""
    network = Network([np.zeros((3, 2))], 3)
    assert mean_squared_error(network, TruthTable.named("full-adder")) == 0.25
    assert mean_squared_error(network, TruthTable({"000": "01"})) == 0.25
