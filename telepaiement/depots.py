"""Paying over to the treasury: what closed tills hold, on a numbered bordereau (art. 10)."""

import io
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, exiger, franchir
from facturier.commun.montants import afficher
from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.regies import verser_especes
from telepaiement.models import (
    ChequeVerse,
    ComblementDeficit,
    ComblementVerse,
    Encaissement,
    EtatSession,
    LigneVente,
    Mode,
    Regie,
    SessionCaisse,
    SessionVersee,
    VersementRegie,
)
from telepaiement.nominations import exiger_habilite
from telepaiement.position import cheques_en_main


def sessions_a_verser(regie: Regie) -> QuerySet[SessionCaisse]:
    """Return the closed tills that no versement holds, oldest first."""
    return SessionCaisse.objects.filter(
        regie=regie, etat=EtatSession.CLOTUREE, versee__isnull=True
    ).order_by("pk")


def cheques_a_verser(regie: Regie) -> QuerySet[Encaissement]:
    """Return the cheques of closed tills that no versement holds."""
    return (
        cheques_en_main([regie])
        .filter(session__etat=EtatSession.CLOTUREE, cheque_verse__isnull=True)
        .order_by("pk")
    )


def comblements_a_verser(regie: Regie) -> QuerySet[ComblementDeficit]:
    """Return the cash that made up for déficits and that no versement holds, oldest first."""
    return ComblementDeficit.objects.filter(
        regie=regie, moyen=ComblementDeficit.Moyen.ESPECES, verse__isnull=True
    ).order_by("pk")


def especes_a_verser(regie: Regie) -> int:
    """Return the cash of closed tills beyond their fonds de caisse, déficits made up for."""
    caisses = sessions_a_verser(regie).aggregate(
        total=Sum(F("especes_comptees") - F("fonds_caisse"), default=0)
    )
    rendues = comblements_a_verser(regie).aggregate(total=Sum("montant", default=0))
    return int(caisses["total"]) + int(rendues["total"])


@transaction.atomic
def etablir_versement(*, regie: Regie, par: Utilisateur) -> VersementRegie:
    """Put all that the closed tills hold on a bordereau; nothing is posted until it is received.

    Raises:
        ActeInterdit: `par` holds no régie.
        ValidationError: not appointed in this régie, nothing to pay over, or the differences of
            the tills exceed what they received.
    """
    if not par.a_role("regisseur"):
        raise ActeInterdit("Le versement revient au régisseur.")
    exiger_habilite(regie, par, timezone.localdate())
    Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    sessions, cheques = sessions_a_verser(regie), list(cheques_a_verser(regie))
    comblements, especes = list(comblements_a_verser(regie)), especes_a_verser(regie)
    if especes < 0:
        raise ValidationError(
            f"Il manque {afficher(-especes)} au fonds de caisse : le déficit se comble avant de "
            "verser."
        )
    if not especes and not cheques:
        raise ValidationError("Aucune caisse clôturée n’a d’espèces ou de chèques à verser.")
    versement = VersementRegie.objects.create(
        regie=regie,
        numero=prendre_numero(f"versement-{regie.code}"),
        jour=timezone.localdate(),
        par=par,
        especes=especes,
        nombre_cheques=len(cheques),
        montant_cheques=sum(cheque.montant for cheque in cheques),
    )
    SessionVersee.objects.bulk_create(
        [SessionVersee(versement=versement, session=session) for session in sessions]
    )
    ComblementVerse.objects.bulk_create(
        [ComblementVerse(versement=versement, comblement=un) for un in comblements]
    )
    ChequeVerse.objects.bulk_create(
        [ChequeVerse(versement=versement, encaissement=cheque) for cheque in cheques]
    )
    versement.passages.create(acte="etablir", depart="", arrivee=versement.etat, par=par)
    return versement


@transaction.atomic
def recevoir_versement(*, versement_id: int, recepisse: str, par: Utilisateur) -> VersementRegie:
    """Record that the treasury received a versement, and post its cash: D 515, C 5412.

    Raises:
        ValidationError: no récépissé, or received already.
        facturier.commun.etats.ActeInterdit: `par` is neither comptable nor finance staff.
    """
    versement = (
        VersementRegie.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=versement_id)
    )
    exiger(versement, "recevoir", par=par)
    if not recepisse.strip():
        raise ValidationError({"recepisse": "Indiquez le numéro du récépissé de la Trésorerie."})
    ecriture = None
    if versement.especes:
        ecriture = verser_especes(
            montant=versement.especes,
            date_comptable=timezone.localdate(),
            reference=versement.reference,
            par=par,
        )
    franchir(
        versement,
        "recevoir",
        par=par,
        motif=recepisse.strip(),
        recepisse=recepisse.strip()[:40],
        ecriture=ecriture,
    )
    return versement


def recapituler(versement: VersementRegie) -> list[tuple[str, str, int]]:
    """Return (product, account, whole francs) of what a versement pays over, differences last."""
    payes = Encaissement.objects.valides().filter(
        Q(mode=Mode.ESPECES) | Q(mode=Mode.CHEQUE), session__versee__versement=versement
    )
    titres = payes.filter(titre__isnull=False).values_list("titre__code_produit")
    sommes = dict(titres.order_by().annotate(somme=Sum("montant")))
    ventes = LigneVente.objects.filter(vente__encaissement__in=payes).values_list("produit__code")
    for code, somme in ventes.order_by().annotate(somme=Sum("montant")):
        sommes[code] = sommes.get(code, 0) + somme
    a_classer = payes.exclude(mention="").aggregate(total=Sum("montant", default=0))["total"]
    produits = {produit.code: produit for produit in versement.regie.produits.all()}
    lignes = [
        (str(produits.get(code, code)), produits[code].compte if code in produits else "", somme)
        for code, somme in sorted(sommes.items())
    ]
    if a_classer:
        lignes.append(("Recettes à classer", "", int(a_classer)))
    ecart = versement.especes + versement.montant_cheques - sum(sommes.values()) - int(a_classer)
    return [*lignes, ("Écarts de caisse", "", ecart)] if ecart else lignes


def dessiner_bordereau(versement: VersementRegie) -> bytes:
    """Return the bordereau de versement: what is paid over, by till and by product."""
    sortie = io.BytesIO()
    regie = versement.regie
    with Document(
        sortie,
        titre=f"Bordereau de versement {versement.reference}",
        etabli_le=versement.etabli_le,
        reference=f"Bordereau {versement.reference}",
        emetteur=(regie.libelle, regie.acte),
    ) as pdf:
        pdf.titre(f"Bordereau de versement n° {versement.numero}", regie.libelle)
        pdf.encadre(
            "Espèces et chèques versés", afficher(versement.especes + versement.montant_cheques)
        )
        pdf.resume(_lignes(versement))
        pdf.intertitre("Caisses versées")
        pdf.tableau(
            [
                Colonne("Clôture", 1),
                Colonne("Jour", 2),
                Colonne("Guichet", 3),
                Colonne("Écart", 2, est_nombre=True),
                Colonne("Espèces versées", 2, est_nombre=True),
            ],
            _caisses(versement),
            total=("", "", "", "Total", versement.especes),
        )
        if versement.nombre_cheques:
            pdf.intertitre("Chèques")
            pdf.tableau(
                [
                    Colonne("Numéro", 2),
                    Colonne("Banque", 3),
                    Colonne("Tireur", 3),
                    Colonne("Montant", 2, est_nombre=True),
                ],
                _cheques(versement),
                total=("", "", "Total", versement.montant_cheques),
            )
        pdf.intertitre("État récapitulatif par produit et imputation")
        pdf.tableau(
            [Colonne("Produit", 4), Colonne("Compte", 1), Colonne("Montant", 2, est_nombre=True)],
            recapituler(versement),
            total=("Total versé", "", versement.especes + versement.montant_cheques),
        )
        pdf.intertitre("Signatures")
        pdf.paragraphe("Le régisseur :")
        pdf.espace(30)
        pdf.paragraphe("Reçu par la Trésorerie, le :")
    return sortie.getvalue()


def _lignes(versement: VersementRegie) -> Iterator[tuple[str, str]]:
    yield ("Comptable assignataire", versement.regie.comptable)
    yield ("Établi le", f"{timezone.localtime(versement.etabli_le):%d/%m/%Y}")
    yield ("Établi par", versement.par.nom_complet)
    yield ("Espèces", afficher(versement.especes))
    combles = versement.comblements.aggregate(total=Sum("comblement__montant", default=0))["total"]
    if combles:
        yield ("Dont déficits de caisse comblés", afficher(combles))
    if versement.nombre_cheques:
        yield ("Chèques", f"{versement.nombre_cheques}, {afficher(versement.montant_cheques)}")
    if versement.recepisse:
        yield ("Récépissé", versement.recepisse)


def _caisses(versement: VersementRegie) -> Iterator[tuple[str | int, ...]]:
    for ligne in versement.sessions.select_related("session__guichet").order_by("pk"):
        session = ligne.session
        versees = (session.especes_comptees or 0) - session.fonds_caisse
        yield (
            f"n° {session.numero}",
            f"{session.jour:%d/%m/%Y}",
            session.guichet.libelle,
            session.ecart,
            versees,
        )


def _cheques(versement: VersementRegie) -> Iterator[tuple[str | int, ...]]:
    for ligne in versement.cheques.select_related("encaissement").order_by("pk"):
        cheque = ligne.encaissement
        yield (cheque.numero_cheque, cheque.banque, cheque.tireur, cheque.montant)
