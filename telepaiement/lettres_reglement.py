"""Letters to a debtor without a mail address, whose settlement by a sum found later is undone.

As those of `lettres`: asked for by the act, printed as things stand and kept, then posted.
"""

import io
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import montants
from facturier.commun.pdf import Document
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import avis, originaux, recus_apurement
from telepaiement.creances import motif_impayable
from telepaiement.lettres import A_IMPRIMER, JOUR, dire_le_reste, exiger_expediteur
from telepaiement.models import ActeLettreReglement, RecuApurement

Acte = ActeLettreReglement.Acte
AUCUNE = "Aucune lettre n’est à poster pour ce règlement."


def a_poster() -> QuerySet[RecuApurement]:
    """Return the receipts of settlements undone about which a letter waits, oldest first."""
    actes = ActeLettreReglement.objects.filter(recu=OuterRef("pk"))
    return (
        RecuApurement.objects.filter(
            Exists(actes.filter(acte=Acte.DEMANDER)), ~Exists(actes.filter(acte=Acte.POSTER))
        )
        .select_related("apurement__titre__tiers", "apurement__titre__service")
        .order_by("pk")
    )


def postees(titre: Titre) -> QuerySet[ActeLettreReglement]:
    """Return the letters that left about the settlements of a titre, oldest first."""
    parties = ActeLettreReglement.objects.filter(acte=Acte.POSTER, recu__apurement__titre=titre)
    return parties.select_related("recu__apurement", "par").order_by("pk")


def imprimer(recu_id: int, *, par: Utilisateur) -> bytes:
    """Draw the letter that waits, as things stand, keep it and return it.

    Raises:
        ActeInterdit: `par` is neither of the finances nor the comptable.
        ValidationError: no letter waits.
    """
    exiger_expediteur(par)
    with transaction.atomic():
        recu = _verrouiller(recu_id)
        if recu is None:
            raise ValidationError(AUCUNE)
        moment = timezone.now()
        pdf = editer(recu, le=moment)
        recu.lettre.create(acte=Acte.IMPRIMER, sha256=originaux.garder(pdf), par=par, le=moment)
        return pdf


def poster(recu_id: int, *, par: Utilisateur) -> None:
    """Note that the letter last printed left, by whom; harmless when it had left already.

    Raises:
        ActeInterdit: `par` is neither of the finances nor the comptable.
        ValidationError: it was not printed.
    """
    exiger_expediteur(par)
    with transaction.atomic():
        recu = _verrouiller(recu_id)
        if recu is None:
            return
        imprimee = recu.lettre.filter(acte=Acte.IMPRIMER).first()
        if imprimee is None:
            raise ValidationError(A_IMPRIMER)
        recu.lettre.create(acte=Acte.POSTER, sha256=imprimee.sha256, par=par, le=timezone.now())


def contenu(postee: ActeLettreReglement) -> bytes:
    """Return a letter as it left.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    return originaux.relire(postee.sha256)


def _verrouiller(recu_id: int) -> RecuApurement | None:
    """Lock the receipt; None when no letter of it waits."""
    RecuApurement.objects.select_for_update(of=("self",)).get(pk=recu_id)
    return a_poster().filter(pk=recu_id).first()


def editer(recu: RecuApurement, *, le: datetime) -> bytes:
    """Return the letter as a PDF, its address in the window of the envelope."""
    apurement, titre = recu.apurement, recu.apurement.titre
    annulation = apurement.annulation
    impayable = motif_impayable(titre, reste_du(titre))
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Règlement du titre {titre.reference}",
        etabli_le=le,
        reference=f"Titre {titre.reference}",
        emetteur=(titre.service.direction, titre.service.libelle),
    ) as pdf:
        pdf.adresse(avis.adresse_postale(titre))
        pdf.adresse([f"Nouméa, le {timezone.localtime(le):{JOUR}}"])
        pdf.titre("Votre règlement est annulé", f"Titre de recettes n° {titre.reference}")
        pdf.paragraphe(
            f"Une somme de {montants.afficher(apurement.montant)} avait été comptée comme réglant "
            f"ce titre. C’était une erreur, et votre reçu {recu.reference} ne vaut plus : son code "
            f"de vérification le dit à qui le lit. {impayable or 'La somme est de nouveau due.'}"
        )
        pdf.espace()
        pdf.resume(
            [
                ("Objet", titre.objet),
                *recus_apurement.provenance(apurement),
                ("Réglé le", f"{timezone.localtime(apurement.le):{JOUR}}"),
                ("Annulé le", f"{timezone.localtime(annulation.le):{JOUR}}"),
            ]
        )
        if not impayable:
            dire_le_reste(
                pdf,
                titre,
                f"Au {timezone.localtime(le):{JOUR}}",
                "en espèces, par chèque ou par carte.",
            )
        pdf.paragraphe(
            "Si vous pensez que c’est une erreur, écrivez au service qui réclame la somme : "
            f"{titre.service.libelle} ({titre.service.direction}). Rappelez la référence "
            f"{titre.reference}."
        )
    return sortie.getvalue()
