"""DO: record events; give them positions and sign tree heads; know the witnesses; watch, and raise alarms."""

from tongban.foundation.ledger.services.alarms import FROZEN, end_alarm, raise_alarm, watch
from tongban.foundation.ledger.services.covering import cover
from tongban.foundation.ledger.services.epochs import EpochRefused, open_epoch
from tongban.foundation.ledger.services.recording import Machine, Recorded, console_rule, record, record_many
from tongban.foundation.ledger.services.sequencing import Sequencer, run_sequencer
from tongban.foundation.ledger.services.witnesses import (
    CosignatureRefused,
    Offered,
    WitnessRefused,
    accept_cosignature,
    add_witness,
    retire_witness,
)

__all__ = [
    "FROZEN",
    "CosignatureRefused",
    "EpochRefused",
    "Machine",
    "Offered",
    "Recorded",
    "Sequencer",
    "WitnessRefused",
    "accept_cosignature",
    "add_witness",
    "console_rule",
    "cover",
    "end_alarm",
    "open_epoch",
    "raise_alarm",
    "record",
    "record_many",
    "retire_witness",
    "run_sequencer",
    "watch",
]
