"""Letters to a debtor without a mail address, whose payment the bank took back: posted by an agent.

What waits is told by the acts of the dispute: asked for, then posted, or given up. What is printed
is kept: the last print is what was posted, and what is shown later.
"""

import io
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun import montants
from facturier.commun.etats import ActeInterdit
from facturier.commun.pdf import Document
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import avis, courriels, originaux
from telepaiement.creances import motif_impayable
from telepaiement.models import EtatLitige, LettreImprimee, Litige, PassageLitige
from telepaiement.titres import adresse_connue

DEMANDER, POSTER, RENONCER = "demander_lettre", "poster_lettre", "renoncer_lettre"
JOUR = "%d/%m/%Y"
A_IMPRIMER = "Imprimez d’abord la lettre : ce qui est imprimé est gardé comme ce qui est posté."


def prevenir_debiteur(litige: Litige, *, par: Utilisateur) -> None:
    """Tell a debtor that his payment came back, or does after all: by mail, else by a letter.

    Called inside the transaction of the act. A first letter that was not posted yet is given up
    when there is nothing to tell any more. A sale has no debtor to write to.
    """
    if litige.encaissement.titre is None:
        return
    if litige.etat == EtatLitige.ANNULE and a_poster().filter(pk=litige.pk).exists():
        _noter(litige, RENONCER, par)
    elif courriels.courriel_du_debiteur(litige.encaissement):
        transaction.on_commit(partial(courriels.envoyer_impaye, litige.pk), robust=True)
    else:
        _noter(litige, DEMANDER, par)


def a_poster() -> QuerySet[Litige]:
    """Return the disputes about which a letter waits to be printed and posted."""
    suites = PassageLitige.objects.filter(
        litige=OuterRef("litige"), acte__in=(POSTER, RENONCER), pk__gt=OuterRef("pk")
    )
    attendues = PassageLitige.objects.filter(litige=OuterRef("pk"), acte=DEMANDER)
    return Litige.objects.filter(Exists(attendues.filter(~Exists(suites))))


def postees(titre: Titre) -> QuerySet[PassageLitige]:
    """Return the letters that left about the payments of a titre, oldest first."""
    parties = PassageLitige.objects.filter(acte=POSTER, litige__encaissement__titre=titre)
    return parties.select_related("litige", "par").order_by("pk")


def imprimer(litige_id: int, *, par: Utilisateur) -> LettreImprimee:
    """Draw the letter that waits, as things stand, and keep it.

    Raises:
        ActeInterdit: `par` is neither of the finances nor the comptable.
        ValidationError: no letter waits.
    """
    exiger_expediteur(par)
    with transaction.atomic():
        litige = _verrouiller(litige_id)
        if not a_poster().filter(pk=litige.pk).exists():
            raise ValidationError("Aucune lettre n’est plus à poster pour ce paiement.")
        moment = timezone.now()
        lettre: LettreImprimee = litige.lettres.create(
            sha256=originaux.garder(editer(litige, le=moment)), par=par, le=moment
        )
        return lettre


def contenu(lettre: LettreImprimee) -> bytes:
    """Return a letter as it was printed.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    return originaux.relire(lettre.sha256)


def poster(litige_id: int, *, par: Utilisateur) -> None:
    """Note that the letter last printed left, by whom; harmless when it had left already.

    Raises:
        ActeInterdit: `par` is neither of the finances nor the comptable.
        ValidationError: it was not printed since it was asked for.
    """
    exiger_expediteur(par)
    with transaction.atomic():
        litige = _verrouiller(litige_id)
        if not a_poster().filter(pk=litige.pk).exists():
            return
        demande = litige.passages.filter(acte=DEMANDER).latest("pk")
        lettre = litige.lettres.filter(le__gte=demande.le).first()
        if lettre is None:
            raise ValidationError(A_IMPRIMER)
        _noter(litige, POSTER, par, lettre=lettre)


def exiger_expediteur(par: Utilisateur) -> None:
    """Refuse, by ActeInterdit, whoever is neither of the finances nor the comptable."""
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Les finances ou le comptable postent cette lettre.")


def _verrouiller(litige_id: int) -> Litige:
    litige: Litige = Litige.objects.select_for_update(of=("self",)).get(pk=litige_id)
    return litige


def _noter(
    litige: Litige, acte: str, par: Utilisateur, *, lettre: LettreImprimee | None = None
) -> None:
    litige.passages.create(
        acte=acte, depart=litige.etat, arrivee=litige.etat, par=par, lettre=lettre
    )


def editer(litige: Litige, *, le: datetime) -> bytes:
    """Return the letter as a PDF, its address in the window of the envelope.

    Raises:
        ValidationError: the payment is a sale's, whose buyer left no address.
    """
    encaissement, titre = litige.encaissement, litige.encaissement.titre
    if titre is None:
        raise ValidationError("Cette vente n’a pas de débiteur à qui écrire.")
    est_annule = litige.etat == EtatLitige.ANNULE
    impayable = motif_impayable(titre, reste_du(titre))
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Paiement du titre {titre.reference}",
        etabli_le=le,
        reference=f"Titre {titre.reference}",
        emetteur=(encaissement.regie.libelle, encaissement.regie.acte),
    ) as pdf:
        pdf.adresse(avis.adresse_postale(titre))
        pdf.adresse([f"Nouméa, le {timezone.localtime(le):{JOUR}}"])
        if est_annule:
            pdf.titre("Votre paiement est bien reçu", f"Titre de recettes n° {titre.reference}")
            pdf.paragraphe(
                "Nous vous avons écrit que votre banque avait repris votre paiement. C’était une "
                f"erreur : votre quittance {encaissement.quittance.reference} vaut de nouveau, et "
                "vous n’avez rien à faire."
            )
        else:
            pdf.titre("Votre paiement n’a pas abouti", f"Titre de recettes n° {titre.reference}")
            _dire_l_impaye(pdf, litige, impayable)
        pdf.espace()
        pdf.resume(_lignes(litige, est_annule=est_annule))
        if not est_annule:
            _dire_comment_payer(pdf, litige, f"Au {timezone.localtime(le):{JOUR}}", impayable)
        pdf.paragraphe(_contact(litige))
    return sortie.getvalue()


def _dire_l_impaye(pdf: Document, litige: Litige, impayable: str) -> None:
    cheque, quittance = litige.encaissement.numero_cheque, litige.encaissement.quittance
    quoi = f"Votre chèque n° {cheque}" if cheque else "Votre paiement par carte"
    pdf.paragraphe(
        f"{quoi}, de {montants.afficher(litige.montant)}, a été repris par la banque. Votre "
        f"quittance {quittance.reference} ne vaut plus. "
        f"{impayable or 'La somme est de nouveau due.'}"
    )


def _dire_comment_payer(pdf: Document, litige: Litige, jour: str, impayable: str) -> None:
    titre = litige.encaissement.titre
    erreur = (
        "Si vous pensez que c’est une erreur, adressez-vous d’abord à votre banque, puis à nous "
        "avec sa réponse."
    )
    if impayable:
        pdf.paragraphe(erreur)
    else:
        dire_le_reste(pdf, titre, jour, f"en espèces ou par carte. {erreur}")


def dire_le_reste(pdf: Document, titre: Titre, jour: str, suite: str) -> None:
    """Say what is owed of a titre and how it is paid; `suite` ends the sentence."""
    pdf.encadre("Reste à payer", montants.afficher(reste_du(titre)), jour)
    pdf.paragraphe(f"Payez par carte à l’adresse ci-dessous, ou au guichet de la régie, {suite}")
    pdf.code_qr(
        avis.adresse_paiement(titre),
        legende=(
            f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:accueil')}",
            f"Référence : {titre.reference}",
            f"Clé de paiement : {titre.cle_paiement}",
        ),
    )


def _contact(litige: Litige) -> str:
    """Say whom to write to: the régie, at its address when it is known, and the service."""
    encaissement = litige.encaissement
    regie, titre = encaissement.regie, encaissement.titre
    connue = adresse_connue(regie.tiers) if regie.tiers else {}
    lieu = [connue.get("adresse_voie", ""), connue.get("adresse_complement", "")]
    lieu.append(f"{connue.get('code_postal', '')} {connue.get('ville', '')}".strip())
    chez = ", ".join(filter(None, (regie.libelle, *lieu)))
    return (
        f"Pour nous joindre : {chez}, ou le service qui réclame la somme, {titre.service.libelle} "
        f"({titre.service.direction}). Rappelez la référence {titre.reference}."
    )


def _lignes(litige: Litige, *, est_annule: bool) -> list[tuple[str, str]]:
    encaissement = litige.encaissement
    lignes = [
        ("Objet", encaissement.titre.objet),
        ("Paiement du", f"{encaissement.jour:{JOUR}}"),
        ("Montant", montants.afficher(litige.montant)),
    ]
    if litige.ligne and not est_annule:
        lignes += [
            ("Repris le", f"{litige.ligne.jour:{JOUR}}"),
            ("Ce qu’en dit le relevé de banque", litige.motif),
        ]
    return lignes
