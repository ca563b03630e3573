"""`python -m derivations` as a reader runs it."""

import subprocess
import sys

import pytest

from derivations import __main__ as command
from derivations.claims import CLAIMS
from derivations.entrywise import EntrywiseProof
from derivations.proof import TRUSTED, Proof


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "derivations", *arguments], capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def printed():
    done = run("--sizes", "2,1,2,1")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_every_claim_is_printed_in_order_with_its_reason(printed):
    places = [printed.index(f"\n{claim.name:28} {claim.left} = ") for claim in CLAIMS.values()]
    assert places == sorted(places)
    assert all(claim.reason in printed for claim in CLAIMS.values())


@pytest.mark.slow
def test_the_one_step_that_needs_the_rows_of_y_is_marked_once(printed):
    (before, after) = printed.split("here the rows of Y must sum to 1")
    assert "(Yhat - Y)/m" in before.splitlines()[-4]
    assert "R4 x1" in after.splitlines()[1]


@pytest.mark.slow
def test_the_proofs_and_what_is_trusted_are_printed(printed):
    assert "direct: proved" in printed
    assert "staged: proved" in printed
    assert "not proved" not in printed
    assert "A symbolic proof checked by SymPy plus six stated identities" in printed
    assert "It proves the formula, not the NumPy code" in printed
    assert all(line in printed for line in TRUSTED)
    assert "vacuous" in printed


def test_the_entrywise_proof_is_at_the_sizes_asked_for(capsys, monkeypatch):
    asked = []

    def proved(at):
        asked.append(at)
        return ()

    monkeypatch.setattr(command, "CLAIMS", {})
    monkeypatch.setattr(command, "prove_entrywise", proved)
    assert command.main(["--sizes", "3,1,2,2"]) == 0
    assert asked == [(3, 1, 2, 2)]
    assert "at m = 3, n_x = 1, n_h = 2, n_y = 2" in capsys.readouterr().out


def test_without_sizes_one_of_the_proofs_is_at_sizes_that_show_something(monkeypatch):
    asked = []

    def proved(at):
        asked.append(at)
        return ()

    monkeypatch.setattr(command, "CLAIMS", {})
    monkeypatch.setattr(command, "prove_entrywise", proved)
    assert command.main([]) == 0
    assert asked == [(2, 1, 2, 1), (2, 2, 2, 2)]


def test_the_exit_status_is_1_where_an_entry_is_not_proved(capsys, monkeypatch):
    wrong = EntrywiseProof("dW1", (2, 1, 2, 2), 2, ((0, 1),))
    monkeypatch.setattr(command, "CLAIMS", {})
    monkeypatch.setattr(command, "prove_entrywise", lambda at: (wrong,))
    assert command.main([]) == 1
    out = capsys.readouterr().out
    assert "dW1 not proved at [0, 1]" in out
    assert out.endswith("Not everything is proved.\n")


def test_the_exit_status_is_1_where_a_claim_is_not_proved(capsys, monkeypatch):
    claim = CLAIMS["dYhat"]
    unproved = Proof(claim, "direct", False, {}, ())
    monkeypatch.setattr(command, "CLAIMS", {claim.name: claim})
    monkeypatch.setattr(command, "prove", lambda claim, method: unproved)
    monkeypatch.setattr(command, "prove_entrywise", lambda at: ())
    assert command.main([]) == 1
    assert "direct: not proved" in capsys.readouterr().out


BAD = {
    "0,1,2,1": "m is '0'", "2,a,2,1": "n_x is 'a'", "2,1,2": "has 3 numbers", "2,1,2,7": "n_y is '7'",
    "-1,1,1,1": "", "2,1,2.5,1": "n_h is '2.5'", "": "has 1 numbers",
}  # fmt: skip


@pytest.mark.parametrize("written", BAD)
def test_bad_sizes_are_one_clear_line(written, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["--sizes", written])
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.count("\n") == 1
    assert "--sizes" in told
    assert BAD[written] in told


def test_bad_sizes_leave_a_process_with_status_2_and_no_traceback():
    done = run("--sizes", "0,1,2,1")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "m is '0'" in done.stderr
