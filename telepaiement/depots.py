"""Paying over to the treasury: what closed tills hold, on a numbered bordereau (art. 10)."""

import io
from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, exiger, franchir
from facturier.commun.montants import afficher
from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.regies import verser_especes
from telepaiement.coupures import compter, detailler, ranger
from telepaiement.etats_mensuels import A_CLASSER, ventiler
from telepaiement.models import (
    ChequeVerse,
    ComblementDeficit,
    ComblementVerse,
    Encaissement,
    EtatSession,
    EtatVersementRegie,
    Mode,
    Regie,
    SessionCaisse,
    SessionVersee,
    VersementRegie,
)
from telepaiement.nominations import exiger_habilite
from telepaiement.position import cheques_en_main

HAUTEUR_ETAT = 110  # points: the heading of the état, the head of its table and a line
HAUTEUR_SIGNATURES = 110  # points: their heading, that of the régisseur, that of the treasury
RIEN_A_VERSER = "Aucune caisse clôturée n’a d’espèces ou de chèques à verser."
A_VALEUR = ~Q(versement__etat=EtatVersementRegie.ANNULE)


def sessions_a_verser(regie: Regie) -> QuerySet[SessionCaisse]:
    """Return the closed tills that no versement holds, oldest first."""
    tenues = SessionVersee.objects.filter(A_VALEUR, session=OuterRef("pk"))
    closes = SessionCaisse.objects.filter(regie=regie, etat=EtatSession.CLOTUREE)
    return closes.exclude(Exists(tenues)).order_by("pk")


def cheques_a_verser(regie: Regie) -> QuerySet[Encaissement]:
    """Return the cheques of closed tills that no versement holds."""
    return (
        cheques_en_main([regie])
        .filter(session__etat=EtatSession.CLOTUREE)
        .exclude(Exists(ChequeVerse.objects.filter(A_VALEUR, encaissement=OuterRef("pk"))))
        .order_by("pk")
    )


def comblements_a_verser(regie: Regie) -> QuerySet[ComblementDeficit]:
    """Return the cash that made up for déficits and that no versement holds, oldest first."""
    tenus = ComblementVerse.objects.filter(A_VALEUR, comblement=OuterRef("pk"))
    combles = ComblementDeficit.objects.filter(regie=regie, moyen=ComblementDeficit.Moyen.ESPECES)
    return combles.exclude(Exists(tenus)).order_by("pk")


def especes_a_verser(regie: Regie) -> int:
    """Return the cash of closed tills beyond their fonds de caisse, déficits made up for."""
    caisses = sessions_a_verser(regie).aggregate(
        total=Sum(F("especes_comptees") - F("fonds_caisse"), default=0)
    )
    rendues = comblements_a_verser(regie).aggregate(total=Sum("montant", default=0))
    return int(caisses["total"]) + int(rendues["total"])


@transaction.atomic
def etablir_versement(
    *, regie: Regie, coupures: Mapping[int, int], par: Utilisateur
) -> VersementRegie:
    """Put all that the closed tills hold on a bordereau; nothing is posted until it is received.

    Args:
        coupures: the cash that leaves, face value: how many; exactly what the tills give.

    Raises:
        ActeInterdit: `par` holds no régie.
        ValidationError: not appointed in this régie, nothing to pay over, the differences of
            the tills exceed what they received, or the count is not what they give.
    """
    if not par.a_role("regisseur"):
        raise ActeInterdit("Le versement revient au régisseur.")
    jour = timezone.localdate()
    exiger_habilite(regie, par, jour)
    Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    sessions, cheques = sessions_a_verser(regie), list(cheques_a_verser(regie))
    comblements, especes = list(comblements_a_verser(regie)), especes_a_verser(regie)
    if especes < 0:
        raise ValidationError(
            f"Il manque {afficher(-especes)} au fonds de caisse : le déficit se comble avant de "
            "verser."
        )
    if not especes and not cheques:
        raise ValidationError(RIEN_A_VERSER)
    if (compte := compter(coupures, jour)) != especes:
        raise ValidationError(
            f"Vous comptez {afficher(compte)}, les caisses clôturées donnent {afficher(especes)} : "
            "recomptez les billets et les pièces à verser, sans le fonds de caisse."
        )
    versement = VersementRegie.objects.create(
        regie=regie,
        numero=prendre_numero(f"versement-{regie.code}"),
        jour=jour,
        par=par,
        especes=especes,
        coupures=ranger(coupures),
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


@transaction.atomic
def annuler_versement(*, versement_id: int, motif: str, par: Utilisateur) -> VersementRegie:
    """Cancel a versement that the treasury has not received; what it held goes on another.

    Nothing was posted: it keeps its number, and the reason.

    Raises:
        ValidationError: no reason, not appointed in this régie, or received or cancelled already.
        facturier.commun.etats.ActeInterdit: `par` holds no régie.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce versement est annulé."})
    versement = (
        VersementRegie.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=versement_id)
    )
    exiger(versement, "annuler", par=par)
    exiger_habilite(versement.regie, par, timezone.localdate())
    franchir(versement, "annuler", par=par, motif=motif.strip())
    return versement


def recapituler(versement: VersementRegie) -> list[tuple[str, str, int]]:
    """Return (product, account, whole francs) of what a versement pays over, differences last."""
    payes = Encaissement.objects.valides().filter(
        Q(mode=Mode.ESPECES) | Q(mode=Mode.CHEQUE), session__versees__versement=versement
    )
    sommes: dict[str, int] = {}
    for (code, _), somme in ventiler(payes).items():
        sommes[code] = sommes.get(code, 0) + somme
    a_classer = sommes.pop("", 0)
    produits = {produit.code: produit for produit in versement.regie.produits.all()}
    lignes = [
        (str(produits.get(code, code)), produits[code].compte if code in produits else "", somme)
        for code, somme in sorted(sommes.items())
    ]
    if a_classer:
        lignes.append((A_CLASSER, "", a_classer))
    ecart = versement.especes + versement.montant_cheques - sum(sommes.values()) - a_classer
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
        est_annule = versement.etat == EtatVersementRegie.ANNULE
        nom = f"Bordereau de versement n° {versement.numero}{' – ANNULÉ' if est_annule else ''}"
        pdf.titre(nom, regie.libelle)
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
        _detailler(pdf, versement)
        pdf.reserver(HAUTEUR_ETAT)
        pdf.intertitre("État récapitulatif par produit et imputation")
        pdf.tableau(
            [Colonne("Produit", 4), Colonne("Compte", 1), Colonne("Montant", 2, est_nombre=True)],
            recapituler(versement),
            total=("Total versé", "", versement.especes + versement.montant_cheques),
            suite=HAUTEUR_SIGNATURES,
        )
        pdf.intertitre("Signatures")
        pdf.paragraphe("Le régisseur :")
        pdf.espace(30)
        pdf.paragraphe("Reçu par la Trésorerie, le :")
    return sortie.getvalue()


def _detailler(pdf: Document, versement: VersementRegie) -> None:
    """List the notes and coins, then the cheques."""
    if versement.coupures:
        pdf.intertitre("Décompte des espèces")
        pdf.tableau(
            [
                Colonne("Coupure", 3),
                Colonne("Nombre", 1, est_nombre=True),
                Colonne("Somme", 2, est_nombre=True),
            ],
            detailler(versement.coupures),
            total=("Total compté", "", versement.especes),
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


def _lignes(versement: VersementRegie) -> Iterator[tuple[str, str]]:
    yield ("Comptable assignataire", versement.regie.comptable)
    yield ("Établi le", f"{timezone.localtime(versement.etabli_le):%d/%m/%Y}")
    yield ("Établi par", versement.par.nom_complet)
    yield ("Espèces", afficher(versement.especes))
    combles = versement.comblements.aggregate(total=Sum("comblement__montant", default=0))["total"]
    if combles:
        yield ("Dont déficits comblés", afficher(combles))
    if versement.nombre_cheques:
        yield ("Chèques", f"{versement.nombre_cheques} pour {afficher(versement.montant_cheques)}")
    if versement.recepisse:
        yield ("Récépissé", versement.recepisse)
    for rectification in versement.rectifications.order_by("pk"):
        yield (
            f"Rectifié le {rectification.jour:%d/%m/%Y}",
            f"{afficher(rectification.ecart)} : {rectification.motif}",
        )
    if versement.etat == EtatVersementRegie.ANNULE:
        annulation = versement.passages.select_related("par").get(acte="annuler")
        yield (
            "Annulé",
            f"le {timezone.localtime(annulation.le):%d/%m/%Y} par {annulation.par.nom_complet} : "
            f"{annulation.motif}",
        )


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
