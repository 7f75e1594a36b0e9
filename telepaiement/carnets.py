"""When the network is gone: leaves printed beforehand, written by hand, entered afterwards.

Money received on paper is never refused at its entry: what had changed meanwhile is told as a
conflict, and what the debt no longer calls for is owed back.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import exiger, franchir
from facturier.commun.heures import heure, jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import Document
from facturier.grand_livre.models import EtatPiece, Titre
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, creances, quittances, ventes
from telepaiement.encaissement import (
    enregistrer,
    enregistrer_a_classer,
    enregistrer_vente,
    jour_de_caisse,
)
from telepaiement.etats_mensuels import de_mois
from telepaiement.models import (
    SECONDE_SAISIE,
    Carnet,
    Encaissement,
    EtatFeuillet,
    Feuillet,
    Mode,
    Regie,
    SessionCaisse,
)
from telepaiement.nominations import en_fonction, exiger_agent, exiger_habilite

FEUILLETS_MAXIMAUX = 100
SANS_PAPIER = (EtatFeuillet.ANNULE, EtatFeuillet.DEFAIT)
RESEAU_PRESENT = timedelta(minutes=10)  # receipts so near, before and after: no outage then


@dataclass(frozen=True, slots=True, kw_only=True)
class SaisieFeuillet:
    """What was written on a leaf: what it paid, the money, when it was received (aware).

    It paid a titre; or a sale of published tariffs, `quantites` by key of the product; or nothing
    that is known, and `mention` is what the leaf says of it.
    """

    titre_id: int | None
    saisie: caisse.Saisie
    recu_le: datetime
    mention: str = ""
    quantites: Mapping[int, int] = field(default_factory=dict)
    payeur: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examen:
    """What a leaf would post, and what conflicts: read before it is confirmed.

    `titre`, or `lignes` of a sale (product with its `tarif`, quantity, whole francs), or neither.
    """

    feuillet: Feuillet
    titre: Titre | None
    lignes: list[tuple[Any, int, int]]
    conflits: list[str]


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


def examiner_feuillet(
    *, feuillet_id: int, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> Examen:
    """Return what entering a leaf would post, and what conflicts; nothing is posted.

    Raises:
        ValidationError: as `saisir_feuillet`.
    """
    _refuser_double(feuillet_id, donnees, par)
    titre = None
    if donnees.titre_id is not None:
        titre = Titre.objects.select_related("tiers").get(pk=donnees.titre_id)
    feuillet = Feuillet.objects.select_related("carnet__regie").get(pk=feuillet_id)
    return _examiner(feuillet, session, titre, donnees, par)


def saisir_feuillet(
    *, feuillet_id: int, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> Encaissement:
    """Enter a leaf in an open till: its money, its quittance, what conflicts; once if repeated.

    Without a titre nor a sale the money is to be classed: an agent says later what it paid.

    Raises:
        ValidationError: the leaf is entered already (which is noted) or cancelled, of another
            régie, its moment precedes the booklet or is to come, its sale is not worth what it
            says, or what is written is incomplete.
    """
    deja = Encaissement.objects.filter(saisie=donnees.saisie.identifiant).first()
    if deja is not None:
        return deja
    _refuser_double(feuillet_id, donnees, par)
    try:
        return _saisir(feuillet_id, session, donnees, par)
    except IntegrityError as erreur:
        raise ValidationError(caisse.expliquer(erreur)) from erreur


def _refuser_double(feuillet_id: int, donnees: SaisieFeuillet, par: Utilisateur) -> None:
    """Refuse a leaf that is cancelled, or entered already: what a second paper says is noted.

    Raises:
        ValidationError: it is; the first entry stands.
    """
    feuillet = Feuillet.objects.select_related("encaissement__titre", "encaissement__quittance")
    trouve = feuillet.get(pk=feuillet_id)
    fait = trouve.encaissement
    if trouve.etat == EtatFeuillet.ANNULE:
        raise ValidationError(
            {"feuillet": f"Le feuillet {trouve.reference} est annulé : relisez son numéro."}
        )
    if trouve.etat != EtatFeuillet.SAISI or fait is None:
        return
    motif = (
        f"Présenté une seconde fois : {afficher(donnees.saisie.montant)}, reçus le "
        f"{jour_et_heure(timezone.localtime(donnees.recu_le))}"
    )
    if fait.saisie != donnees.saisie.identifiant:
        trouve.passages.get_or_create(
            acte=SECONDE_SAISIE, depart=trouve.etat, arrivee=trouve.etat, motif=motif, par=par
        )
    raise ValidationError(
        {
            "feuillet": f"Ce feuillet est déjà saisi : quittance {fait.quittance.reference}, "
            f"{fait.objet_cite}, {afficher(fait.montant)}. Relisez son numéro. Si la première "
            "saisie est fausse, annulez-la le jour même, puis saisissez le feuillet à nouveau."
        }
    )


@transaction.atomic
def _saisir(
    feuillet_id: int, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> Encaissement:
    titre = None
    if donnees.titre_id is not None:
        titre = Titre.objects.select_for_update(of=("self",)).get(pk=donnees.titre_id)
    regie = Regie.objects.select_for_update(of=("self",)).get(pk=session.regie_id)
    feuillet = (
        Feuillet.objects.select_for_update(of=("self",))
        .select_related("carnet__regie")
        .get(pk=feuillet_id)
    )
    conflits = _examiner(feuillet, session, titre, donnees, par).conflits
    saisie = donnees.saisie
    jour = timezone.localdate(donnees.recu_le)
    fait: dict[str, Any] = {
        "regie": regie,
        "mode": saisie.mode,
        "montant": saisie.montant,
        "moment": donnees.recu_le,
        "reference": f"guichet-{saisie.identifiant}",
        "par": par,
        "code": feuillet.code,
        **caisse.champs_saisis(session, saisie, jour_de_caisse(regie, donnees.recu_le)),
    }
    if titre is not None:
        encaissement = enregistrer(titre=titre, **fait)
    elif donnees.quantites:
        vente = ventes.poser_vente(
            regie=regie, jour=jour, quantites=donnees.quantites, payeur=donnees.payeur
        )
        encaissement = enregistrer_vente(vente, **fait)
    else:
        encaissement = enregistrer_a_classer(mention=donnees.mention.strip()[:200], **fait)
    franchir(
        feuillet,
        "saisir",
        par=par,
        motif=" ; ".join(conflits),
        encaissement=encaissement,
        conflits=conflits,
    )
    return encaissement


def _examiner(
    feuillet: Feuillet,
    session: SessionCaisse,
    titre: Titre | None,
    donnees: SaisieFeuillet,
    par: Utilisateur,
) -> Examen:
    """Check what is written on a leaf, and say what it posts and what conflicts.

    Raises:
        ValidationError: as `saisir_feuillet`.
    """
    exiger(feuillet, "saisir", par=par)
    _controler(feuillet, session, donnees, par)
    lignes = []
    if donnees.quantites:
        jour = timezone.localdate(donnees.recu_le)
        lignes = ventes.chiffrer(session.regie, donnees.quantites, jour)
        if (total := sum(somme for _, _, somme in lignes)) != donnees.saisie.montant:
            raise ValidationError(
                {
                    "montant": f"Aux tarifs du {jour:%d/%m/%Y}, cette vente vaut {afficher(total)} "
                    f"et non {afficher(donnees.saisie.montant)}. Relisez les quantités ; si le "
                    "feuillet porte bien cette somme, saisissez-le comme une recette à classer."
                }
            )
    return Examen(
        feuillet=feuillet,
        titre=titre,
        lignes=lignes,
        conflits=list(_conflits(session, titre, donnees)),
    )


def _controler(
    feuillet: Feuillet, session: SessionCaisse, donnees: SaisieFeuillet, par: Utilisateur
) -> None:
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    if feuillet.carnet.regie_id != session.regie_id:
        raise ValidationError("Ce carnet est celui d’une autre régie.")
    caisse.exiger_du_jour(session)
    emis_a_la_minute = feuillet.carnet.emis_le.replace(second=0, microsecond=0)  # as on a leaf
    if not emis_a_la_minute <= donnees.recu_le <= timezone.now():
        raise ValidationError(
            {
                "heure": "Relisez le jour et l’heure du feuillet : le paiement est déjà fait, et "
                "le carnet n’est émis que depuis le "
                f"{jour_et_heure(timezone.localtime(feuillet.carnet.emis_le))}."
            }
        )
    if donnees.titre_id is None and not donnees.quantites and not donnees.mention.strip():
        raise ValidationError({"reference": "Recopiez ce que le feuillet dit de son objet."})
    if donnees.saisie.montant <= 0:
        raise ValidationError({"montant": "Le montant est d’au moins 1 F."})
    if donnees.saisie.mode == Mode.TPE and not session.guichet.terminal:
        raise ValidationError({"mode": "Ce guichet n’a pas de terminal bancaire."})


def _conflits(
    session: SessionCaisse, titre: Titre | None, donnees: SaisieFeuillet
) -> Iterator[str]:
    """Yield in French what the payment on paper did not know, or what its moment contradicts."""
    if titre is not None:
        yield from _conflits_du_titre(session.regie, titre, donnees)
    elif not donnees.quantites:
        yield f"Titre inconnu (« {donnees.mention.strip()} ») : la recette est à classer."
    if donnees.saisie.mode not in caisse.modes_admis(session.regie):
        yield "Ce mode de paiement n’est pas de ceux de l’acte de la régie (art. 9)."
    yield from _conflits_du_moment(session, donnees.recu_le)


def _conflits_du_moment(session: SessionCaisse, recu_le: datetime) -> Iterator[str]:
    """Yield why the moment written on a leaf is odd: its till was closed, the network was there."""
    regie, moment = session.regie, timezone.localtime(recu_le)
    if jour_de_caisse(regie, recu_le) != moment.date():
        yield (
            f"L’état {de_mois(moment.date().replace(day=1))} est déjà établi : la somme "
            f"compte au {session.jour:%d/%m/%Y}."
        )
    caisses = SessionCaisse.objects.filter(agent=session.agent_id, jour=moment.date())
    close = caisses.filter(regie=regie, cloturee_le__lte=recu_le).order_by("-cloturee_le").first()
    encore = Q(cloturee_le__isnull=True) | Q(cloturee_le__gt=recu_le)
    if close is not None and not caisses.filter(encore, ouverte_le__lte=recu_le).exists():
        yield (
            f"Reçu à {heure(moment)}, après la clôture n° {close.numero} de la caisse du jour, à "
            f"{heure(timezone.localtime(close.cloturee_le))}."
        )
    par_le_reseau = Encaissement.objects.filter(
        session__regie=regie, feuillet__isnull=True
    ).order_by("encaisse_le")
    avant = par_le_reseau.filter(encaisse_le__range=(recu_le - RESEAU_PRESENT, recu_le)).last()
    apres = par_le_reseau.filter(encaisse_le__range=(recu_le, recu_le + RESEAU_PRESENT)).first()
    if avant is not None and apres is not None:
        yield (
            f"Hors coupure : la régie encaissait par le réseau à "
            f"{heure(timezone.localtime(avant.encaisse_le))} et à "
            f"{heure(timezone.localtime(apres.encaisse_le))}, le {moment:%d/%m/%Y}."
        )


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
    if titre.tentatives.engagees().exists():
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
    vivants = Feuillet.objects.exclude(etat=EtatFeuillet.DEFAIT)
    par_code = vivants.filter(code=quittances.lire_code(texte))
    carnet, _, numero = texte.rpartition("-")
    code_regie, _, numero_carnet = carnet.rpartition("-C-")
    if numero.isdecimal() and numero_carnet.isdecimal():
        par_code = vivants.filter(
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
        feuillets = carnet.feuillets.exclude(etat__in=SANS_PAPIER).order_by("numero")
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
