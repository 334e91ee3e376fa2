"""DO: record events, sequence them and sign tree heads, manage witnesses, check the ledger and raise alarms."""

from tongban.trust.ledger.services.alarms import FROZEN, end_alarm, raise_alarm, watch
from tongban.trust.ledger.services.covering import cover
from tongban.trust.ledger.services.epochs import EpochRefused, open_epoch
from tongban.trust.ledger.services.recording import record, record_acts, record_many
from tongban.trust.ledger.services.sequencing import Sequencer, run_sequencer
from tongban.trust.ledger.services.witnesses import (
    CosignatureRefused,
    SubmittedCosignature,
    WitnessRefused,
    accept_cosignature,
    add_witness,
    retire_witness,
)

__all__ = [
    "FROZEN",
    "CosignatureRefused",
    "EpochRefused",
    "SubmittedCosignature",
    "Sequencer",
    "WitnessRefused",
    "accept_cosignature",
    "add_witness",
    "cover",
    "end_alarm",
    "open_epoch",
    "raise_alarm",
    "record",
    "record_acts",
    "record_many",
    "retire_witness",
    "run_sequencer",
    "watch",
]
