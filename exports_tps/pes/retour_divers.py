"""PES_Retour: what debtors still owe (Client), what became of the avis (ASAP)."""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.declarations import Choix, Enregistrement, champ, enregistrement
from exports_tps.pes.types import Montant
from exports_tps.pes.types import chiffres as _chiffres
from exports_tps.pes.types import texte_libre as _texte


@enregistrement
class EnTeteClient(Enregistrement):
    """EnTeteClient."""

    date_calcul: date = champ("DateCalcul", types.DATE)
    version: str = champ("IdVer", _chiffres(2))


@enregistrement
class ResteARecouvrer(Enregistrement):
    """ResteARecouvrer of one product."""

    code_produit: str = champ("CodProdLoc", types.alphanumerique_libre(4))
    montant: Montant = champ("Rar", types.MONTANT_RELATIF)
    frais: Montant = champ("RarFrais", types.MONTANT_RELATIF)


@enregistrement
class Client(Enregistrement):
    """What one debtor still owes."""

    reference: str = champ("RefTiers", _texte(30))
    restes: tuple[ResteARecouvrer, ...] = champ("ResteARecouvrer", ResteARecouvrer, multiple=True)


@enregistrement
class EnTeteAsap(Enregistrement):
    """EnTeteAsap."""

    version: str = champ("IdVer", _chiffres(2))


@enregistrement
class RejetAsap(Enregistrement):
    """Rejet of an avis des sommes à payer."""

    CHOIX = (
        Choix(
            (
                (("MotifRejetPostalisation",), ("IndicRelanceAsap",)),
                (("MotifRejetNotificationParMail",), ()),
            )
        ),
    )
    date_rejet: date = champ("DateRejet", types.DATE)
    motif_postalisation: str | None = champ(
        "MotifRejetPostalisation", types.codes(1, 8), default=None
    )
    est_a_relancer: bool | None = champ("IndicRelanceAsap", types.BOOLEEN, default=None)
    motif_notification: str | None = champ(
        "MotifRejetNotificationParMail", types.codes(1, 2), default=None
    )


@enregistrement
class PostalisationAsap(Enregistrement):
    """Postalisation of an avis."""

    date_postalisation: date = champ("DatePostalisation", types.DATE)


@enregistrement
class NotificationAsap(Enregistrement):
    """NotificationParMail of an avis."""

    date_notification: date | None = champ("DateNotification", types.DATE, default=None)
    date_lecture: date | None = champ("Date1ereLecture", types.DATE, default=None)


@enregistrement
class Asap(Enregistrement):
    """What became of one avis des sommes à payer."""

    CHOIX = (Choix(((("Postalisation",), ()), (("NotificationParMail",), ()), (("Rejet",), ()))),)
    identifiant_pj: str = champ("IdUniquePJASAP", types.alphanumerique_libre(50))
    identifiant_complement: str | None = champ(
        "IdUniquePJCplt", types.alphanumerique_libre(50), default=None
    )
    exercice: int = champ("Exer", types.ANNEE)
    numero_bordereau: str = champ("IdBord", _chiffres(12))
    type_bordereau: str = champ("TypBord", types.code("01", "02", "06"))
    numero_piece: str = champ("IdPce", _chiffres(13))
    type_piece: str = champ("TypPce", types.code("01", "02", "10", "15"))
    etat_complement: str | None = champ("EtatPJComplt", types.codes(1, 4), default=None)
    postalisation: PostalisationAsap | None = champ(
        "Postalisation", PostalisationAsap, default=None
    )
    notification: NotificationAsap | None = champ(
        "NotificationParMail", NotificationAsap, default=None
    )
    rejet: RejetAsap | None = champ("Rejet", RejetAsap, default=None)
