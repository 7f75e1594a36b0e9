"""Mails to payers: plain text, from templates, after the money is committed."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from facturier.acces.alertes import signaler_document_perdu
from facturier.commun.fichiers import DocumentPerdu
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from fournisseurs.models import Fournisseur
from telepaiement import creances, liens, quittances, recus, recus_apurement
from telepaiement.models import (
    DemandeRedevable,
    Echeance,
    Echeancier,
    Encaissement,
    EtatLitige,
    LienPaiement,
    Litige,
    Quittance,
    RecuApurement,
    RecuRemboursement,
    SuiteContestation,
)


def envoyer_quittance(quittance_id: int) -> None:
    """Send the receipt, with its PDF, to the address that the payer gave; nothing without one.

    A duplicata goes in the place of an original that the store has lost, and the staff is told.
    """
    quittance = Quittance.objects.select_related(
        "regie", "encaissement__tentative", "encaissement__titre"
    ).get(pk=quittance_id)
    tentative = quittance.encaissement.tentative
    if tentative is None or not tentative.courriel:
        return
    try:
        pdf, est_duplicata = quittances.pour_le_payeur(quittance), False
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu)
        pdf, est_duplicata = quittances.duplicata(quittance), True
    joindre_quittance(quittance, pdf, tentative.courriel, est_duplicata=est_duplicata)


def joindre_quittance(
    quittance: Quittance, pdf: bytes, courriel: str, *, est_duplicata: bool = False
) -> None:
    """Send `pdf`, a receipt or a copy of it, to `courriel`."""
    adresse = reverse("telepaiement:verification", args=[quittance.code])
    corps = render_to_string(
        "telepaiement/courriels/quittance.txt",
        {
            "quittance": quittance,
            "encaissement": quittance.encaissement,
            "est_discrete": quittances.est_discrete(quittance),
            "est_duplicata": est_duplicata,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{adresse}",
        },
    )
    nature = "duplicata" if est_duplicata else "quittance"
    message = EmailMessage(
        subject=f"Votre {nature} {quittance.reference}", body=corps, to=[courriel]
    )
    message.attach(f"{nature}-{quittance.reference}.pdf", pdf, "application/pdf")
    message.send()


def envoyer_lien(lien: LienPaiement, courriel: str) -> None:
    """Send to a payer the link that a counter made for him."""
    corps = render_to_string(
        "telepaiement/courriels/lien.txt",
        {
            "lien": lien,
            "nom": liens.nom_discret(lien.titre.tiers),
            "adresse": liens.adresse(lien),
        },
    )
    sujet = f"Payer le titre {lien.titre.reference} par carte"
    EmailMessage(subject=sujet, body=corps, to=[courriel]).send()


def envoyer_recu(recu_id: int) -> None:
    """Send the receipt of a refund to the address that the payer gave; nothing without one.

    Nothing either when the store has lost it: the staff is told.
    """
    recu = RecuRemboursement.objects.select_related(
        "regie",
        "remboursement__virement",
        "remboursement__encaissement__quittance__regie",
        "remboursement__encaissement__tentative",
        "remboursement__encaissement__titre",
    ).get(pk=recu_id)
    encaissement, ordre = recu.remboursement.encaissement, recu.remboursement.virement
    tentative = encaissement.tentative
    adresse = (ordre.courriel if ordre else "") or (tentative.courriel if tentative else "")
    if not adresse:
        return
    try:
        pdf = recus.original(recu)
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu)
        return
    corps = render_to_string(
        "telepaiement/courriels/recu.txt",
        {
            "recu": recu,
            "remboursement": recu.remboursement,
            "quittance": encaissement.quittance,
            "titre": encaissement.titre,
            "est_discrete": quittances.est_discrete(encaissement.quittance),
        },
    )
    message = EmailMessage(
        subject=f"Votre remboursement {recu.reference}",
        body=corps,
        to=[adresse],
    )
    message.attach(f"remboursement-{recu.reference}.pdf", pdf, "application/pdf")
    message.send()


def envoyer_reglement(recu_id: int) -> None:
    """Send to a debtor the receipt of what settled his titre, or tell him that it is undone.

    Nothing without an address, nor when the store has lost the receipt: the staff is told.
    """
    recu = RecuApurement.objects.select_related(
        "apurement__titre__tiers", "apurement__titre__service", "apurement__annulation"
    ).get(pk=recu_id)
    titre = recu.apurement.titre
    if not (courriel := courriel_du_titre(titre)):
        return
    try:
        pdf = recus_apurement.document(recu)
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu)
        return
    reste = reste_du(titre)
    corps = render_to_string(
        "telepaiement/courriels/reglement.txt",
        {
            "recu": recu,
            "apurement": recu.apurement,
            "titre": titre,
            "provenance": recus_apurement.provenance(recu.apurement),
            "reste": max(reste, 0),
            "impayable": creances.motif_impayable(titre, reste),
            "verification": _publique("telepaiement:verification", recu.code),
            "adresse": _publique("telepaiement:accueil"),
        },
    )
    est = "est annulé" if recu.annulation else "est enregistré"
    sujet = f"Le règlement du titre {titre.reference} {est}"
    message = EmailMessage(subject=sujet, body=corps, to=[courriel])
    message.attach(f"recu-{recu.reference}.pdf", pdf, "application/pdf")
    message.send()


def _publique(vue: str, *arguments: str) -> str:
    """Return the address of a page as a mail gives it."""
    return f"{settings.ADRESSE_PUBLIQUE}{reverse(vue, args=arguments)}"


def envoyer_impaye(litige_id: int) -> None:
    """Tell a debtor that the bank took his payment back, or that it was told to him by mistake.

    Nothing without an address: that of the payment, of the last request about the titre, or of the
    record of the debtor.
    """
    litige = Litige.objects.select_related(
        "ligne", "encaissement__titre", "encaissement__tentative", "encaissement__quittance__regie"
    ).get(pk=litige_id)
    encaissement, titre = litige.encaissement, litige.encaissement.titre
    courriel = courriel_du_debiteur(encaissement)
    if titre is None or not courriel:
        return
    est_annule = litige.etat == EtatLitige.ANNULE
    reste = reste_du(titre)
    corps = render_to_string(
        "telepaiement/courriels/impaye.txt",
        {
            "litige": litige,
            "encaissement": encaissement,
            "titre": titre,
            "reste": max(reste, 0),
            "impayable": creances.motif_impayable(titre, reste),
            "quittance": encaissement.quittance,
            "est_discrete": quittances.est_discrete(encaissement.quittance),
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:accueil')}",
        },
    )
    suite = "est bien reçu" if est_annule else "n’a pas abouti"
    sujet = f"Votre paiement du titre {titre.reference} {suite}"
    EmailMessage(subject=sujet, body=corps, to=[courriel]).send()


def courriel_du_debiteur(encaissement: Encaissement) -> str:
    """Return where to write about a payment, or ""."""
    if encaissement.tentative and encaissement.tentative.courriel:
        return encaissement.tentative.courriel
    return courriel_du_titre(encaissement.titre) if encaissement.titre else ""


def courriel_du_titre(titre: Titre) -> str:
    """Return where to write to the debtor of `titre`: his last request, else his record, or ""."""
    demandes = DemandeRedevable.objects.filter(titre=titre).order_by("-pk")
    fiches = Fournisseur.objects.filter(tiers=titre.tiers_id)
    connus = [*demandes.values_list("courriel", flat=True)[:1]]
    connus += fiches.values_list("courriel", flat=True)
    return next(filter(None, connus), "")


def envoyer_demande(demande_id: int) -> None:
    """Acknowledge a request to the address that its author gave; nothing without one."""
    demande = _demande(demande_id)
    _ecrire(demande, f"Votre demande {demande.reference}", "telepaiement/courriels/depot.txt")


def envoyer_decision(demande_id: int) -> None:
    """Tell the answer, and the instalments agreed on if any."""
    demande = _demande(demande_id)
    echeancier = getattr(demande, "echeancier", None)
    contexte = {"echeances": echeancier.echeances.all() if echeancier else []}
    _ecrire(
        demande,
        f"Réponse à votre demande {demande.reference}",
        "telepaiement/courriels/decision.txt",
        **contexte,
    )


def envoyer_suite(suite_id: int) -> None:
    """Tell who contested a titre what became of it."""
    suite = SuiteContestation.objects.get(pk=suite_id)
    demande = _demande(suite.demande_id)
    _ecrire(
        demande,
        f"Suite de votre contestation {demande.reference}",
        "telepaiement/courriels/suite.txt",
        suite=suite,
    )


def envoyer_relance(echeance_id: int, reste: int) -> None:
    """Remind of an instalment whose day is over, of which `reste` francs are owed."""
    echeance = Echeance.objects.select_related("echeancier").get(pk=echeance_id)
    demande = _demande(echeance.echeancier.demande_id)
    _ecrire(
        demande,
        "Une échéance est en retard",
        "telepaiement/courriels/relance.txt",
        echeance=echeance,
        reste=reste,
    )


def envoyer_rupture(echeancier_id: int, motif: str) -> None:
    """Tell that an échéancier is broken, and why: the whole is due."""
    echeancier = Echeancier.objects.get(pk=echeancier_id)
    demande = _demande(echeancier.demande_id)
    _ecrire(
        demande, "Votre échéancier est rompu", "telepaiement/courriels/rupture.txt", motif=motif
    )


def _demande(demande_id: int) -> DemandeRedevable:
    demande: DemandeRedevable = DemandeRedevable.objects.select_related("titre").get(pk=demande_id)
    return demande


def _ecrire(demande: DemandeRedevable, sujet: str, gabarit: str, **contexte: Any) -> None:
    if not demande.courriel:
        return
    corps = render_to_string(
        gabarit,
        {
            "demande": demande,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:accueil')}",
            **contexte,
        },
    )
    EmailMessage(subject=sujet, body=corps, to=[demande.courriel]).send()
