"""An example of every command, as the description of the API shows it and as the tests give it."""

from __future__ import annotations

from typing import Any

from charter.charters import commands as charters
from charter.decisions import commands as decisions
from charter.keys import commands as keys
from charter.message import Command
from charter.people import commands as people

CHARTER = "larkwing"
DECISION = "5f0c9e3a1b7d4c62a8f1e0d9c8b7a695"
PROMISE = "DOG-ON-BOARD"

_on = {"charter": CHARTER}
_of = {"decision": DECISION}
_no = {
    "answer": "no",
    "ground": "off-brand",
    "cite": ["FARE-CLEAR"],
    "reason": "A fee after booking is what we promised never to ask for.",
}

EXAMPLES: dict[type[Command], dict[str, Any]] = {
    charters.OpenCharter: {
        "charter": "kestrel",
        "brand": "Kestrel",
        "style": "Plain and kind.",
        "zone": "Europe/Paris",
    },
    charters.MakePromise: _on
    | {
        "code": PROMISE,
        "title": "Small dogs fly along",
        "statement": "A dog that fits under the seat flies with you.",
        "promise_class": "differentiator",
        "owner": "Head of cabin",
        "limits": [{"text": "One dog for each traveller.", "serves": "customer"}],
    },
    charters.RevisePromise: _on | {"code": "FARE-CLEAR", "title": "One price", "why": "Shorter."},
    charters.RetirePromise: _on | {"code": "FARE-CLEAR", "why": "The law asks for it now."},
    charters.ProposeRevision: _on
    | {
        "summary": "Small dogs may fly along.",
        "participants": ["Mara Lindqvist", "Jonas Weber"],
        "options": ["Dogs in the hold only", "Small dogs in the cabin"],
    },
    charters.ApproveRevision: _on | {"revision": 4, "note": "Clear enough for the gate."},
    charters.RejectRevision: _on | {"revision": 4, "reason": "Nobody has asked the crew."},
    charters.PublishRevision: _on | {"revision": 4, "effective_from": "2027-01-01"},
    charters.WithdrawRevision: _on | {"revision": 4, "reason": "The crew needs another month."},
    charters.AcknowledgeCharter: _on | {"revision": 3},
    charters.RecordRevision: _on
    | {
        "label": "Passenger promise 2019",
        "effective_from": "2019-04-01",
        "source": "The staff handbook of 2019",
        "promises": [{"code": "FARE-CLEAR", "title": "Clear fares", "statement": "No fee appears after booking."}],
    },
    charters.SetRetention: _on | {"kind": "requests", "months": 36},
    decisions.LogRequest: _on | {"request": "May my dog fly along?", "customer": "C-1042", "touchpoint": "phone"},
    decisions.AnswerRequest: _on | {"request": "Can I pay to change the name?", "touchpoint": "chat"} | _no,
    decisions.DecideRequest: _of | _no,
    decisions.TriageRequest: _of | {"urgency": "high", "risk": "low", "department": "Airport desk"},
    decisions.ClassifyRequest: _of | {"kind": "service", "fit": "good"},
    decisions.AskInformation: _of | {"question": "How heavy is the dog?"},
    decisions.EscalateRequest: _of | {"to": "Head of cabin", "reason": "No promise speaks of dogs."},
    decisions.WithdrawRequest: _of | {"reason": "The dog stays at home."},
    decisions.AppealDecision: _of | {"argument": "I was told otherwise on the phone."},
    decisions.UpholdDecision: _of | {"reason": "The wording of that day says so."},
    decisions.ReverseDecision: _of
    | {"answer": "yes", "effect": "upheld", "cite": ["FARE-CLEAR"], "reason": "The first price did not show it."},
    decisions.CorrectDecision: _of | {"ticket": "T-4711", "why": "The wrong ticket was typed."},
    decisions.AssignCause: _of | {"cause": "expectation-gap", "note": "The advertisement shows a dog."},
    decisions.CaptureLearning: _of | {"learning": "Say it on the booking page.", "with_customer": True},
    decisions.PlaceHold: _of | {"hold": "claim 12-2026", "reason": "Before the court."},
    decisions.ReleaseHold: _of | {"hold": "claim 12-2026", "reason": "Decided."},
    decisions.RecordCase: _on
    | {
        "request": "A refund for a delay of four hours",
        "outcome": {"answer": "yes", "effect": "upheld", "cite": ["FARE-CLEAR"], "reason": "We were late."},
        "rep": "tom",
        "source": "The old desk",
        "row": "1017",
        "as_history": True,
    },
    people.RegisterPerson: {"person": "j.smith", "full_name": "Jo Smith", "department": "Ground staff"},
    people.GrantRole: {"person": "j.smith", "role": "rep", "charter": CHARTER},
    people.RevokeRole: {"person": "j.smith", "role": "rep", "charter": CHARTER},
    people.GrantAuthority: {"person": "j.smith"},
    people.RevokeAuthority: {"person": "j.smith"},
    keys.RetireKey: {
        "key": "charter-ledger/9f86d081884c7d65+4f1e7c02+AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIjKlMnOpQr",
        "why": "Its owner left.",
    },
}
"""The fields of each command that has an address of its own."""
