"""Receipts of what settled a titre after it had waited in 4718: for its debtor, as a quittance is.

Numbered in the transaction that posts the settlement, kept as issued, mailed, verifiable by a code.
"""

import io
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import montants
from facturier.commun.heures import jour_et_heure
from facturier.commun.pdf import A5, Document
from facturier.grand_livre.models import Titre
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement import avis, courriels, originaux, quittances
from telepaiement.models import ActeLettreReglement, Apurement, RecuApurement

JOUR = "%d/%m/%Y"


def emettre(apurement: Apurement) -> RecuApurement:
    """Issue the receipt of a titre just settled by what waited; called inside its transaction."""
    moment = timezone.now()
    annee = timezone.localtime(moment).year
    recu = RecuApurement(
        apurement=apurement,
        annee=annee,
        numero=prendre_numero(f"reglement-{annee}"),
        code=quittances.tirer_code(),
        emis_le=moment,
    )
    recu.sha256 = originaux.garder(dessiner(recu))
    recu.save(force_insert=True)
    transaction.on_commit(partial(courriels.envoyer_reglement, recu.pk), robust=True)
    return recu


def dire_annule(apurement: Apurement, *, par: Utilisateur) -> None:
    """Tell a debtor that his settlement is undone: by mail once committed, else by a letter."""
    recu = RecuApurement.objects.filter(apurement=apurement).first()
    if recu is None:
        return
    if courriels.courriel_du_titre(apurement.titre):
        transaction.on_commit(partial(courriels.envoyer_reglement, recu.pk), robust=True)
    else:
        recu.lettre.create(acte=ActeLettreReglement.Acte.DEMANDER, par=par, le=timezone.now())


def recus_de(titre: Titre) -> QuerySet[RecuApurement]:
    """Return the receipts of what settled `titre` so, oldest first, each with what undid it."""
    recus = RecuApurement.objects.filter(apurement__titre=titre)
    return recus.select_related("apurement__annulation").order_by("pk")


def par_code(code: str) -> RecuApurement | None:
    """Return the receipt that bears a verification code, with all that its page tells."""
    return (
        RecuApurement.objects.filter(code=code)
        .select_related(
            "apurement__titre__tiers",
            "apurement__titre__service",
            "apurement__ligne__versement",
            "apurement__session__regie",
            "apurement__rectification__versement__regie",
            "apurement__annulation",
        )
        .first()
    )


def document(recu: RecuApurement) -> bytes:
    """Return the PDF as it was issued, or once undone a copy that says so.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    if recu.annulation is not None:
        return dessiner(recu)
    return originaux.relire(recu.sha256)


def dessiner(recu: RecuApurement) -> bytes:
    """Return the receipt on A5; once undone, it says since when it proves nothing."""
    apurement, titre = recu.apurement, recu.apurement.titre
    adresse = reverse("telepaiement:verification", args=[recu.code])
    nom = f"Reçu n° {recu.reference}"
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=nom,
        etabli_le=recu.emis_le,
        reference=f"Reçu de règlement {recu.reference}",
        emetteur=(titre.service.direction, titre.service.libelle),
        papier=A5,
    ) as pdf:
        if (annulation := recu.annulation) is None:
            pdf.titre(nom, "Preuve de règlement : à conserver.")
        else:
            pdf.titre(f"REÇU ANNULÉ n° {recu.reference}", _dire_l_annulation(annulation))
        pdf.encadre("Somme réglée", montants.afficher(apurement.montant))
        pdf.resume(
            [
                ("Reçu de", titre.tiers.nom_complet),
                ("Titre de recettes", f"{titre.reference} – {titre.objet}"),
                *provenance(apurement),
                ("Réglé le", f"{timezone.localtime(apurement.le):{JOUR}}"),
                ("Comptable", avis.parametre("coordonnees_comptable", titre)),
                ("Code de vérification", recu.code),
            ]
        )
        pdf.reserver(quittances.COTE_QR + quittances.AUTOUR_DU_QR)
        pdf.intertitre("Vérifier ce reçu")
        pdf.code_qr(
            f"{settings.ADRESSE_PUBLIQUE}{adresse}",
            cote=quittances.COTE_QR,
            legende=(
                "Adresse de vérification :",
                f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:verifier')}",
                f"Code : {recu.code}",
            ),
        )
    return sortie.getvalue()


def provenance(apurement: Apurement) -> list[tuple[str, str]]:
    """Return what settled the titre and since when it was there, in words for its debtor.

    Why it was his is for the staff alone.
    """
    if apurement.ligne is not None:
        jour = apurement.ligne.versement.arrive_le
        return _attendue("Somme reçue du prestataire de paiement, sans référence", jour)
    if apurement.session is not None:
        regie = apurement.session.regie
        return _attendue(f"Excédent de caisse, {regie.libelle}", apurement.session.jour)
    rectification: Any = apurement.rectification  # it is one of the three
    regie = rectification.versement.regie
    return _attendue(f"Excédent de versement, {regie.libelle}", rectification.jour)


def _attendue(quoi: str, jour: date) -> list[tuple[str, str]]:
    return [("Réglé par", quoi), ("En attente depuis le", f"{jour:{JOUR}}")]


def _dire_l_annulation(annulation: Apurement) -> str:
    moment = timezone.localtime(annulation.le)
    return f"Règlement annulé le {jour_et_heure(moment)}. Ce reçu ne prouve aucun règlement."
