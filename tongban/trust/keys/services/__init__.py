"""DO: rotate, retire and destroy keys, reseal values, issue and revoke certificates. All changes enter the ledger."""

from tongban.trust.keys.services.certifying import certificate_of as certificate_of
from tongban.trust.keys.services.certifying import certify_seal as certify_seal
from tongban.trust.keys.services.certifying import revocation_list as revocation_list
from tongban.trust.keys.services.certifying import revoke as revoke
from tongban.trust.keys.services.governing import LEVELS as LEVELS
from tongban.trust.keys.services.governing import count as count
from tongban.trust.keys.services.governing import destroy as destroy
from tongban.trust.keys.services.governing import record_new_keys as record_new_keys
from tongban.trust.keys.services.governing import reseal as reseal
from tongban.trust.keys.services.governing import reseal_some as reseal_some
from tongban.trust.keys.services.governing import retire as retire
from tongban.trust.keys.services.governing import rotate as rotate
from tongban.trust.keys.services.indexing import accept as accept
from tongban.trust.keys.services.indexing import count_indexes as count_indexes
from tongban.trust.keys.services.indexing import reindex as reindex
from tongban.trust.keys.services.indexing import reindex_some as reindex_some
