"""Receipts: numbered in the transaction of the money, kept as issued, verifiable by a code."""

import io
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import montants
from facturier.commun.heures import jour_et_heure
from facturier.commun.pdf import A5, Document
from facturier.commun.ticket import Ticket
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement import originaux
from telepaiement.liens import nom_discret
from telepaiement.models import (
    AnnulationEncaissement,
    DelivranceQuittance,
    Encaissement,
    Mode,
    Quittance,
)

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
GROUPES, LONGUEUR_GROUPE = 3, 4
NULLE = "Elle ne prouve aucun paiement"
COTE_QR = 76.0  # points: 27 mm, that a telephone reads and an A5 duplicata has room for
AUTOUR_DU_QR = 38.0  # points: its heading, that a page does not part from it, and the space below


def emettre(encaissement: Encaissement, *, code: str = "") -> Quittance:
    """Issue the receipt of money just recorded; called inside its transaction.

    The number is taken last: its counter stays locked until the transaction ends, so that a
    rollback leaves no gap (telepaiement.md, §8.4, I11).

    Args:
        code: the verification code that the payer has on paper already, drawn by default.
    """
    moment = timezone.now()
    annee = timezone.localtime(moment).year
    quittance = Quittance(
        encaissement=encaissement,
        regie=encaissement.regie,
        annee=annee,
        numero=prendre_numero(f"quittance-{encaissement.regie.code}-{annee}"),
        code=code or tirer_code(),
        remplace=_annulee(code),
        emise_le=moment,
    )
    quittance.sha256 = originaux.garder(dessiner(quittance))
    quittance.save(force_insert=True)
    return quittance


def _annulee(code: str) -> Quittance | None:
    """Return the cancelled receipt of a leaf entered again, or None."""
    if not code:
        return None
    memes = Quittance.objects.filter(code=code, encaissement__annulation__isnull=False)
    return memes.filter(remplacee_par__isnull=True).first()


def pour_le_payeur(quittance: Quittance) -> bytes:
    """Return the PDF that who paid receives: as it was issued, or what a payment link promises.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    if est_discrete(quittance):
        return dessiner(quittance, en_discretion=True)
    return original(quittance)


def duplicata(quittance: Quittance, *, en_discretion: bool = False) -> bytes:
    """Return a copy marked as such, which tells what was given back or taken back since."""
    return dessiner(quittance, duplicata_du=timezone.now(), en_discretion=en_discretion)


@transaction.atomic
def delivrer(quittance: Quittance, support: str, *, par: Utilisateur) -> bytes:
    """Return the receipt that the counter prints: the original once, then copies marked as such.

    A cancelled payment has no original any more: what is printed says that it is cancelled.

    Args:
        support: one of `DelivranceQuittance.Support`; the original is printed on one of them only.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    est_la_premiere = False
    if _annulation(quittance) is None:
        _, est_la_premiere = DelivranceQuittance.objects.get_or_create(
            quittance=quittance, defaults={"support": support, "par": par}
        )
    if support == DelivranceQuittance.Support.TICKET:
        copie = None if est_la_premiere else timezone.now()
        return dessiner_ticket(quittance, duplicata_du=copie)
    return original(quittance) if est_la_premiere else duplicata(quittance)


def est_discrete(quittance: Quittance) -> bool:
    """Whether it shows neither the full name of the debtor nor what for.

    It does not when the payment came by a link that the debtor made for a relative. A counter gives
    its link to who is there, as it gives him the paper: that receipt is whole, though the page of
    the link is not, since its address may be passed on.
    """
    tentative = quittance.encaissement.tentative
    return tentative is not None and tentative.lien is not None and tentative.lien.par_id is None


def original(quittance: Quittance) -> bytes:
    """Return the PDF as it was issued.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    return originaux.relire(quittance.sha256)


def lire_code(saisie: str) -> str:
    """Return a verification code as it is stored: capitals, three groups of four."""
    compact = "".join(signe for signe in saisie.upper() if signe in ALPHABET)
    return "-".join(
        compact[debut : debut + LONGUEUR_GROUPE]
        for debut in range(0, len(compact), LONGUEUR_GROUPE)
    )


def dessiner(
    quittance: Quittance, *, duplicata_du: datetime | None = None, en_discretion: bool = False
) -> bytes:
    """Return a receipt on A5; with `duplicata_du`, marked as a copy made at that moment.

    `en_discretion` shows neither what for nor the full name of the debtor.
    """
    encaissement = quittance.encaissement
    adresse = reverse("telepaiement:verification", args=[quittance.code])
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Quittance {quittance.reference}",
        etabli_le=quittance.emise_le,
        reference=f"Quittance {quittance.reference}",
        emetteur=(quittance.regie.libelle, quittance.regie.acte),
        papier=A5,
    ) as pdf:
        if duplicata_du is None:
            pdf.titre(f"Quittance n° {quittance.reference}", "Preuve de paiement : à conserver.")
        else:
            pdf.titre(_titre_de_copie(quittance), _copie(duplicata_du))
        pdf.encadre("Somme reçue", montants.afficher(encaissement.montant))
        pdf.resume(_lignes(quittance, duplicata_du, en_discretion))
        pdf.reserver(COTE_QR + AUTOUR_DU_QR)
        pdf.intertitre("Vérifier cette quittance")
        pdf.code_qr(
            f"{settings.ADRESSE_PUBLIQUE}{adresse}",
            cote=COTE_QR,
            legende=(
                "Adresse de vérification :",
                f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:verifier')}",
                f"Code : {quittance.code}",
            ),
        )
    return sortie.getvalue()


def dessiner_ticket(quittance: Quittance, *, duplicata_du: datetime | None = None) -> bytes:
    """Return a receipt for a roll of 80 mm: same number, same code as on A5."""
    encaissement = quittance.encaissement
    ticket = Ticket(titre=f"Quittance {quittance.reference}", etabli_le=quittance.emise_le)
    ticket.ligne("Province Sud", est_fort=True, corps=13)
    ticket.ligne(quittance.regie.libelle)
    ticket.ligne(quittance.regie.acte, corps=7.5)
    ticket.separer()
    ticket.ligne(f"Quittance n° {quittance.reference}", est_fort=True, corps=10)
    if duplicata_du is not None:
        ticket.ligne(f"{_marque(quittance)} – {_copie(duplicata_du)}", est_fort=True)
    ticket.separer()
    ticket.couples(_lignes(quittance, duplicata_du))
    ticket.separer()
    ticket.couple("Somme reçue", montants.afficher(encaissement.montant), est_fort=True)
    if encaissement.somme_remise is not None:
        ticket.couple("Somme remise", montants.afficher(encaissement.somme_remise))
        ticket.couple("Monnaie rendue", montants.afficher(encaissement.rendu))
    adresse = reverse("telepaiement:verification", args=[quittance.code])
    ticket.code_qr(f"{settings.ADRESSE_PUBLIQUE}{adresse}")
    valeur = "Preuve de paiement, à conserver" if _annulation(quittance) is None else NULLE
    ticket.ligne(f"{valeur}. Le code vérifie cette quittance.", corps=7.5)
    sortie = io.BytesIO()
    ticket.ecrire(sortie)
    return sortie.getvalue()


def _annulation(quittance: Quittance) -> AnnulationEncaissement | None:
    """Return the cancellation of what the receipt attests, or None."""
    return getattr(quittance.encaissement, "annulation", None)


def _marque(quittance: Quittance) -> str:
    return "DUPLICATA" if _annulation(quittance) is None else "QUITTANCE ANNULÉE"


def _titre_de_copie(quittance: Quittance) -> str:
    if _annulation(quittance) is None:
        return f"DUPLICATA de la quittance n° {quittance.reference}"
    return f"QUITTANCE ANNULÉE n° {quittance.reference}"


def _copie(moment: datetime) -> str:
    return f"Copie délivrée le {jour_et_heure(timezone.localtime(moment))}"


def _lignes(
    quittance: Quittance, duplicata_du: datetime | None, en_discretion: bool = False
) -> list[tuple[str, str]]:
    encaissement = quittance.encaissement
    moment = timezone.localtime(encaissement.encaisse_le)
    lignes = [
        *qui_et_quoi(encaissement, "Reçu", en_discretion=en_discretion),
        ("Date du paiement", f"{jour_et_heure(moment)} (heure de Nouméa)"),
        ("Mode de paiement", mode_detaille(encaissement)),
        ("Régie", f"{quittance.regie.libelle} ({quittance.regie.acte})"),
        ("Comptable assignataire", quittance.regie.comptable),
        ("Code de vérification", quittance.code),
    ]
    if encaissement.trop_percu:
        lignes.insert(3, ("Dont à vous rendre", montants.afficher(encaissement.trop_percu)))
    if encaissement.session_id:
        lignes.append(("Reçu par", encaissement.par.nom_complet))
    if duplicata_du is not None:
        lignes += _suites(encaissement)
    return lignes


def _suites(encaissement: Encaissement) -> list[tuple[str, str]]:
    """Return what became of the money since the receipt was issued."""
    if (annulation := _annulation(encaissement.quittance)) is not None:
        moment = timezone.localtime(annulation.le)
        return [("Annulée le", f"{jour_et_heure(moment)}. {NULLE}.")]
    suites = Encaissement.objects.avec_suites().get(pk=encaissement.pk)
    lignes = [
        ("Rendu depuis", suites.rembourse),
        ("Contesté à la banque", suites.conteste),
        ("Repris par la banque", suites.repris),
    ]
    if suites.acquis != suites.montant:
        lignes.append(("Acquis à la province", suites.acquis))
    return [(libelle, montants.afficher(montant)) for libelle, montant in lignes if montant]


def qui_et_quoi(
    encaissement: Encaissement, verbe: str, *, en_discretion: bool
) -> list[tuple[str, str]]:
    """Return who paid and what for, or the little of it that a payment link shows."""
    titre = encaissement.titre
    if en_discretion and titre is not None:
        return [(f"{verbe} pour", nom_discret(titre.tiers)), ("Titre de recettes", titre.reference)]
    sens = "de" if verbe == "Reçu" else "à"
    nom = [(f"{verbe} {sens}", encaissement.payeur)] if encaissement.payeur else []
    return nom + objet_paye(encaissement)


def objet_paye(encaissement: Encaissement) -> list[tuple[str, str]]:
    """Return what was paid: a titre, or the lines of a sale."""
    titre, vente = encaissement.titre, encaissement.vente
    if encaissement.mention:
        return [(encaissement.nom_mention, encaissement.mention)]
    if vente is None:
        return [("Titre de recettes", f"{titre.reference} – {titre.objet}")]
    return [
        (
            ligne.produit.libelle,
            f"{ligne.quantite} à {montants.afficher(ligne.tarif)} : "
            f"{montants.afficher(ligne.montant)}",
        )
        for ligne in vente.lignes.select_related("produit")
    ]


def mode_detaille(encaissement: Encaissement) -> str:
    """Return how the money came, in French, with at most four digits of a card."""
    carte = " ".join(
        filter(
            None,
            (
                encaissement.marque.replace("_", " ").capitalize(),
                f"•••• {encaissement.quatre_derniers}" if encaissement.quatre_derniers else "",
            ),
        )
    )
    precisions = {
        Mode.CARTE: carte,
        Mode.LECTEUR: carte,
        Mode.TPE: f"{carte} ticket {encaissement.numero_ticket}".strip(),
        Mode.CHEQUE: f"n° {encaissement.numero_cheque}, {encaissement.banque}",
        Mode.VIREMENT: encaissement.reference_virement,
        Mode.CLASSEMENT: (
            f"quittance {encaissement.provenance.quittance.reference}"
            if encaissement.provenance
            else ""
        ),
    }
    precision = precisions.get(Mode(encaissement.mode), "")
    libelle = encaissement.get_mode_display()
    return f"{libelle} ({precision})" if precision else libelle


def tirer_code() -> str:
    """Draw a verification code: three groups of four letters and digits."""
    signes = "".join(secrets.choice(ALPHABET) for _ in range(GROUPES * LONGUEUR_GROUPE))
    return lire_code(signes)
