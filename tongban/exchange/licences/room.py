from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.exchange.licences"
    label = "licences"
    menu = (MenuEntry("证照卡包", "licences:wallet", area=MenuArea.MY, matches_subpages=True, order=20),)
    footer = (
        FooterLink("核验证照真伪", "licences:verify_form", "办事", order=40),
        FooterLink("证照卡包", "licences:wallet", "我的", order=20),
    )
    places = {"wallet": "licences:wallet", "verify": "licences:verify_form"}
    search_targets = (
        SearchTarget(
            "证照卡包",
            "licences:wallet",
            "电子证照、我的证照、我的证件、卡包、电子证件、亮证",
            "办好的证照，要登录",
        ),
        SearchTarget(
            "核验证照真伪",
            "licences:verify_form",
            "核验证照、证照核验、查真伪、验真、真假、扫码核验",
            "扫码或输编号",
        ),
    )
    styles = ("licences/licences.css", "licences/wallet.css")
    audiences = {
        "licences:wallet": Audience.CITIZEN,
        "licences:licence": Audience.OWNER,
        "licences:document": Audience.OWNER,
        "licences:signature": Audience.OWNER,
        "licences:verify_form": Audience.EVERYBODY,
        "licences:verify": Audience.EVERYBODY,
        "licences:issuer_key": Audience.EVERYBODY,
        "licences:seal_certificate": Audience.EVERYBODY,
    }

    def connect(self) -> None:
        from tongban.exchange.licences import events, finding, uses
        from tongban.people.datauses.kinds import register_use
        from tongban.trust.crypto import indexed, signed

        indexed.declare("licences.Licence", "holder_number_index", text="holder_number", purpose=finding.HOLDER)
        indexed.declare("licences.Licence", "number_index", text="number", purpose=finding.NUMBER)
        indexed.declare("licences.Licence", "identifier_index", text="identifier", purpose=finding.IDENTIFIER)
        indexed.declare("licences.Licence", "verify_code_index", text="verify_code", purpose=finding.CODE)
        indexed.declare("licences.RenderedDocument", "digest_index", text="digest", purpose=finding.DOCUMENT)
        register_use(uses.USED, events.LicenceUsed)
        register_use(uses.VERIFIED, events.LicenceVerified)
        register_use(uses.RENDERED, events.LicenceFileTaken)  # or, through the interface, EXPORTED
        signed.declare("licences.Licence")
        signed.declare("licences.RenderedDocument")
