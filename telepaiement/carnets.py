"""When the network is gone: leaves printed beforehand, written by hand, entered afterwards.

Money received on paper is never refused at its entry: what had changed meanwhile is told as a
conflict, and what the debt no longer calls for is owed back.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import exiger, franchir
from facturier.commun.montants import afficher
from facturier.commun.pdf import Document
from facturier.grand_livre.models import EtatPiece, Titre
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, creances, quittances
from telepaiement.encaissement import enregistrer, enregistrer_a_classer
from telepaiement.models import (
    Carnet,
    Encaissement,
    EtatFeuillet,
    Feuillet,
    Regie,
    SessionCaisse,
)
from telepaiement.nominations import en_fonction, exiger_agent, exiger_habilite

FEUILLETS_MAXIMAUX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SaisieFeuillet:
    """What was written on a leaf: its titre, the money, when it was received (aware).

    Without a titre that is known, `mention` is what the leaf says of it.
    """

    titre_id: int | None
    saisie: caisse.Saisie
    recu_le: datetime
    mention: str = ""


@transaction.atomic
def emettre_carnet(*, regie: Regie, nombre: int, remis_a: Utilisateur, par: Utilisateur) -> Carnet:
    """Reserve the numbers and draw the codes of `nombre` leaves, given to someone of the régie.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: `remis_a` does not handle money in this régie, or too many leaves.
    """
    exiger_agent(par)
    exiger_habilite(regie, remis_a, timezone.localdate())
    if not 1 <= nombre <= FEUILLETS_MAXIMAUX:
        raise ValidationError({"nombre": f"Un carnet a de 1 à {FEUILLETS_MAXIMAUX} feuillets."})
    carnet = Carnet.objects.create(
        regie=regie, numero=prendre_numero(f"carnet-{regie.code}"), remis_a=remis_a, par=par
    )
    Feuillet.objects.bulk_create(
        Feuillet(carnet=carnet, numero=rang, code=quittances.tirer_code())
        for rang in range(1, nombre + 1)
    )
    return carnet


def saisir_feuillet(
    *, feuillet_id: int, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> Encaissement:
    """Enter a leaf in an open till: its money, its quittance, and what conflicts.

    Without a titre the money is to be classed: an agent says later what it paid.

    Raises:
        ValidationError: the leaf is entered or cancelled already, of another régie, its moment
            precedes the booklet or is to come, or what is written is incomplete.
    """
    try:
        return _saisir(feuillet_id, session, donnees, par)
    except IntegrityError as erreur:
        raise ValidationError(caisse.expliquer(erreur)) from erreur


@transaction.atomic
def _saisir(
    feuillet_id: int, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> Encaissement:
    titre = None
    if donnees.titre_id is not None:
        titre = Titre.objects.select_for_update(of=("self",)).get(pk=donnees.titre_id)
    feuillet = (
        Feuillet.objects.select_for_update(of=("self",))
        .select_related("carnet__regie")
        .get(pk=feuillet_id)
    )
    exiger(feuillet, "saisir", par=par)
    _controler(feuillet, session, donnees, par)
    conflits = list(_conflits(session.regie, titre, donnees))
    saisie = donnees.saisie
    fait: dict[str, Any] = {
        "regie": session.regie,
        "mode": saisie.mode,
        "montant": saisie.montant,
        "moment": donnees.recu_le,
        "reference": f"guichet-{saisie.identifiant}",
        "par": par,
        "code": feuillet.code,
        **caisse.champs_saisis(session, saisie),
    }
    if titre is None:
        encaissement = enregistrer_a_classer(mention=donnees.mention.strip()[:200], **fait)
    else:
        encaissement = enregistrer(titre=titre, **fait)
    franchir(
        feuillet,
        "saisir",
        par=par,
        motif=" ; ".join(conflits),
        encaissement=encaissement,
        conflits=conflits,
    )
    return encaissement


def _controler(
    feuillet: Feuillet, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> None:
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    if feuillet.carnet.regie_id != session.regie_id:
        raise ValidationError("Ce carnet est celui d’une autre régie.")
    caisse.exiger_du_jour(session)
    if not feuillet.carnet.emis_le <= donnees.recu_le <= timezone.now():
        raise ValidationError(
            {"recu_le": "Le paiement est postérieur à l’émission du carnet, et déjà fait."}
        )
    if donnees.titre_id is None and not donnees.mention.strip():
        raise ValidationError({"reference": "Recopiez ce que le feuillet dit de son objet."})
    if donnees.saisie.montant <= 0:
        raise ValidationError({"montant": "Le montant est d’au moins 1 F."})


def _conflits(regie: Regie, titre: Titre | None, donnees: SaisieFeuillet) -> Iterator[str]:
    """Yield in French what the payment on paper did not know."""
    if titre is None:
        yield f"Titre inconnu (« {donnees.mention.strip()} ») : la recette est à classer."
    else:
        yield from _conflits_du_titre(regie, titre, donnees)
    if donnees.saisie.mode not in caisse.modes_admis(regie):
        yield "Ce mode de paiement n’est pas de ceux de l’acte de la régie (art. 9)."


def _conflits_du_titre(regie: Regie, titre: Titre, donnees: SaisieFeuillet) -> Iterator[str]:
    reste = max(reste_du(titre), 0)
    if titre.etat in creances.MOTIFS:
        yield str(creances.MOTIFS[EtatPiece(titre.etat)])
    elif reste == 0:
        deja = titre.encaissements.valides().order_by("-pk").first()
        precision = f" ({deja.get_mode_display().lower()})" if deja else ""
        yield f"Titre déjà payé{precision} : {afficher(donnees.saisie.montant)} à rendre."
    elif donnees.saisie.montant > reste:
        yield f"Plus que le reste dû : {afficher(donnees.saisie.montant - reste)} à rendre."
    if any(tentative.est_engagee for tentative in titre.tentatives.ouvertes()):
        yield "Un paiement par carte du même titre est en cours à la banque."
    if not regie.admet(titre.code_produit):
        yield "Ce produit n’est pas de ceux que l’acte de la régie permet d’encaisser (art. 8)."


@transaction.atomic
def annuler_feuillet(*, feuillet_id: int, motif: str, par: Utilisateur) -> Feuillet:
    """Cancel a leaf that was spoilt and given to nobody.

    Raises:
        ValidationError: no reason, `par` is not appointed in the régie of the booklet, or entered
            or cancelled already.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce feuillet est annulé."})
    feuillets = Feuillet.objects.select_for_update(of=("self",)).select_related("carnet__regie")
    feuillet = feuillets.get(pk=feuillet_id)
    regie = feuillet.carnet.regie
    if all(n.personne_id != par.pk for n in en_fonction(regie, timezone.localdate())):
        raise ValidationError(
            f"Ce feuillet est d’un carnet de la régie « {regie.libelle} », où vous n’êtes pas "
            "nommé : une personne de cette régie l’annule."
        )
    franchir(feuillet, "annuler", par=par, motif=motif.strip())
    return feuillet


def trouver(reference: str) -> Feuillet | None:
    """Return the leaf of this code or number, however it is typed, or None."""
    texte = reference.strip().upper()
    par_code = Feuillet.objects.filter(code=quittances.lire_code(texte))
    carnet, _, numero = texte.rpartition("-")
    code_regie, _, numero_carnet = carnet.rpartition("-C-")
    if numero.isdecimal() and numero_carnet.isdecimal():
        par_code = Feuillet.objects.filter(
            carnet__regie__code=code_regie, carnet__numero=int(numero_carnet), numero=int(numero)
        )
    return par_code.select_related("carnet__regie").first()


def dessiner_carnet(carnet: Carnet) -> bytes:
    """Return the booklet to print: a leaf a half page, its stub beside, to be written by hand."""
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Carnet de quittances {carnet.reference}",
        etabli_le=carnet.emis_le,
        reference=f"Carnet {carnet.reference}",
        emetteur=(carnet.regie.libelle, carnet.regie.acte),
    ) as pdf:
        pdf.titre(
            f"Carnet de quittances {carnet.reference}",
            f"Remis à {carnet.remis_a.nom_complet}. À n’utiliser que si le réseau manque : écrivez "
            "chaque quittance, détachez-la pour le payeur, gardez la souche, saisissez-la dès que "
            "le réseau revient.",
        )
        feuillets = carnet.feuillets.exclude(etat=EtatFeuillet.ANNULE).order_by("numero")
        for feuillet in feuillets.select_related("carnet__regie"):
            _dessiner_feuillet(pdf, feuillet)
    return sortie.getvalue()


def _dessiner_feuillet(pdf: Document, feuillet: Feuillet) -> None:
    """Draw a leaf on a page of its own: what the payer takes, then the stub that stays."""
    adresse = reverse("telepaiement:verification", args=[feuillet.code])
    pdf.nouvelle_page()
    pdf.encadre(
        f"Quittance de la {feuillet.carnet.regie.libelle.lower()}, pour le payeur",
        feuillet.reference,
        f"Code de vérification : {feuillet.code}",
    )
    pdf.a_remplir(
        [
            "Reçu de",
            "Titre de recettes n°",
            "Somme en chiffres",
            "Somme en lettres",
            "Espèces, chèque (banque et numéro) ou terminal (ticket et autorisation)",
            "Le, à",
            "Nom et signature de qui a reçu",
        ]
    )
    pdf.espace(8)
    pdf.code_qr(
        f"{settings.ADRESSE_PUBLIQUE}{adresse}",
        cote=80,
        legende=("Cette quittance se vérifie à cette adresse", "dès qu’elle est saisie."),
    )
    pdf.pointiller()
    pdf.encadre("Souche, à garder dans le carnet", feuillet.reference)
    pdf.a_remplir(["Reçu de", "Titre de recettes n°", "Somme et moyen de paiement", "Le, à"])
