from tongban.people.identity.models.mandates import Mandate as Mandate
from tongban.people.identity.models.posts import Appointment as Appointment
from tongban.people.identity.models.posts import Offer as Offer
from tongban.people.identity.models.subjects import Account as Account
from tongban.people.identity.models.subjects import Representation as Representation
from tongban.people.identity.models.subjects import Subject as Subject
from tongban.people.identity.models.visits import Visit as Visit
