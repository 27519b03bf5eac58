"""All views there are, in the order in which they are told."""

from projections.acknowledgements import ACKNOWLEDGEMENTS
from projections.audit_log import AUDIT_LOG
from projections.charter_history import CHARTER_HISTORY
from projections.charter_in_force import CHARTER_IN_FORCE
from projections.engine.projection import Projection
from projections.integrity_rows import INTEGRITY_HISTORY
from projections.people import PEOPLE
from projections.personal_data import PERSONAL_DATA
from projections.precedents_rows import PRECEDENTS
from projections.register_rows import DECISION_REGISTER

ALL: tuple[Projection, ...] = (
    CHARTER_IN_FORCE,
    CHARTER_HISTORY,
    DECISION_REGISTER,
    INTEGRITY_HISTORY,
    PRECEDENTS,
    ACKNOWLEDGEMENTS,
    AUDIT_LOG,
    PEOPLE,
    PERSONAL_DATA,
)
