"""The quitus of a régisseur who left, and the release of his bond (décret 2012-829, 4 and 5).

Two people, neither of them the régisseur: the comptable gives an opinion on his account, the
ordonnateur gives the quitus or refuses it. What is left to settle is found here, and the base
refuses a quitus that forgets it.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit, franchir
from facturier.commun.montants import afficher
from facturier.commun.pdf import A5, Document
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement.deficits import rectifications_a_combler, sessions_a_combler
from telepaiement.etats_mensuels import de_mois, mois_sans_etat
from telepaiement.models import (
    ComblementDeficit,
    EtatFeuillet,
    EtatNomination,
    EtatSession,
    Feuillet,
    Nomination,
    Quitus,
    Regie,
    RemiseService,
    SessionCaisse,
    VersementRegie,
)
from telepaiement.nominations import sorti_de_service
from telepaiement.position import RECUES, RENDUS, cheques_en_main


def sessions_de(nomination: Nomination) -> QuerySet[SessionCaisse]:
    """Return the tills that were opened while `nomination` answered for the régie."""
    en_charge = RemiseService.objects.filter(
        regie=OuterRef("regie"), le__lte=OuterRef("ouverte_le")
    ).order_by("-pk")
    return (
        SessionCaisse.objects.filter(regie=nomination.regie_id)
        .alias(entrant_du_jour=Subquery(en_charge.values("entrant")[:1]))
        .filter(entrant_du_jour=nomination.pk)
    )


def reserves(nomination: Nomination) -> list[str]:
    """Return in French what keeps the account of a régisseur from being settled; empty if none."""
    if not sorti_de_service(nomination):
        return ["La régie n’a pas encore été remise à un autre : établissez la remise de service."]
    return list(_comptes_ouverts(nomination))


def _comptes_ouverts(nomination: Nomination) -> Iterator[str]:
    regie, sessions = nomination.regie, sessions_de(nomination)
    if sessions.filter(etat=EtatSession.OUVERTE).exists():
        yield "Une de ses caisses n’est pas clôturée."
    manque = sum(s.a_combler for s in sessions_a_combler([regie]).filter(pk__in=sessions))
    verses = VersementRegie.objects.filter(sessions__session__in=sessions).values("pk")
    manque += sum(
        r.a_combler for r in rectifications_a_combler([regie]).filter(versement__in=verses)
    )
    if manque:
        yield f"Déficit à combler : {afficher(manque)}."
    gardees = sessions.filter(
        ~Exists(RECUES.filter(session=OuterRef("pk"))),
        etat=EtatSession.CLOTUREE,
        especes_comptees__gt=F("fonds_caisse"),
    )
    if nombre := gardees.count():
        yield f"Caisses dont les espèces ne sont pas reçues à la Trésorerie : {nombre}."
    rendus = ComblementDeficit.objects.filter(
        ~Exists(RENDUS.filter(comblement=OuterRef("pk"))),
        Q(session__in=sessions) | Q(rectification__versement__in=verses),
        moyen=ComblementDeficit.Moyen.ESPECES,
    )
    if nombre := rendus.count():
        yield f"Déficits comblés en espèces qui ne sont pas versés : {nombre}."
    if nombre := cheques_en_main([regie]).filter(session__in=sessions).count():
        yield f"Chèques que la Trésorerie n’a pas reçus : {nombre}."
    for mois in mois_sans_etat(regie, sessions):
        yield f"L’état {de_mois(mois)} n’est pas établi."
    vierges = Feuillet.objects.filter(
        carnet__regie=regie, carnet__remis_a=nomination.personne_id, etat=EtatFeuillet.VIERGE
    )
    if nombre := vierges.count():
        yield f"Feuillets de carnet à rendre, saisir ou annuler : {nombre}."


@transaction.atomic
def aviser(nomination: Nomination, *, est_favorable: bool, avis: str, par: Utilisateur) -> Quitus:
    """Record the opinion of the comptable on the account of a régisseur who left.

    Raises:
        ActeInterdit: `par` is not the comptable, or is the régisseur.
        ValidationError: not a régisseur who left, something left to settle under a favourable
            opinion, no reason for an unfavourable one, or an opinion already given.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("L’avis sur le compte d’un régisseur revient au comptable.")
    _refuser_l_interesse(nomination, par)
    Regie.objects.select_for_update(of=("self",)).get(pk=nomination.regie_id)
    if nomination.qualite != Nomination.Qualite.REGISSEUR:
        raise ValidationError("Le quitus est celui d’un régisseur.")
    if nomination.etat != EtatNomination.TERMINEE:
        raise ValidationError("Ce régisseur est encore en fonction : mettez fin à ses fonctions.")
    if est_favorable and (restes := reserves(nomination)):
        raise ValidationError(restes)
    quitus = Quitus(
        nomination=nomination, est_favorable=est_favorable, avis=avis.strip(), avis_par=par
    )
    if not est_favorable and not quitus.avis:
        raise ValidationError({"avis": "Dites ce qui reste à régler."})
    quitus.validate_constraints()
    _ecrire(lambda: quitus.save(force_insert=True))
    quitus.passages.create(
        acte="aviser", depart="", arrivee=quitus.etat, motif=quitus.avis, par=par
    )
    return quitus


@transaction.atomic
def accorder(quitus: Quitus, *, par: Utilisateur) -> None:
    """Give the quitus: the account is settled, the bond released.

    Raises:
        ActeInterdit: `par` is not an ordonnateur, or is the régisseur.
        ValidationError: unfavourable opinion, given by `par` himself, or something left to settle.
        facturier.commun.etats.TransitionInterdite: decided already.
    """
    nomination = quitus.nomination
    _refuser_l_interesse(nomination, par)
    Regie.objects.select_for_update(of=("self",)).get(pk=nomination.regie_id)
    if not quitus.est_favorable:
        raise ValidationError("L’avis du comptable est défavorable : le quitus ne se donne pas.")
    if restes := reserves(nomination):
        raise ValidationError(restes)
    _decider(
        quitus,
        "accorder",
        par=par,
        numero=prendre_numero(f"quitus-{nomination.regie.code}"),
        cautionnement_libere=nomination.cautionnement,
    )


@transaction.atomic
def refuser(quitus: Quitus, *, motif: str, par: Utilisateur) -> None:
    """Refuse the quitus, with reasons; the comptable may give another opinion later.

    Raises:
        ActeInterdit: `par` is not an ordonnateur, or is the régisseur.
        ValidationError: no reason, or `par` gave the opinion himself.
        facturier.commun.etats.TransitionInterdite: decided already.
    """
    _refuser_l_interesse(quitus.nomination, par)
    if not motif.strip():
        raise ValidationError({"motif": "Dites pourquoi le quitus est refusé."})
    _decider(quitus, "refuser", par=par, motif=motif.strip())


def _decider(
    quitus: Quitus, acte: str, *, par: Utilisateur, motif: str = "", **champs: Any
) -> None:
    if par.pk == quitus.avis_par_id:
        raise ValidationError("Vous avez rendu l’avis : la décision revient à une autre personne.")
    _ecrire(
        lambda: franchir(
            quitus,
            acte,
            par=par,
            motif=motif,
            decide_par_id=par.pk,
            decide_le=timezone.now(),
            **champs,
            **({"motif_refus": motif} if motif else {}),
        )
    )


def _refuser_l_interesse(nomination: Nomination, par: Utilisateur) -> None:
    if nomination.personne_id == par.pk:
        raise ActeInterdit("Nul ne se donne quitus à lui-même.")


def _ecrire(faire: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            faire()
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def dessiner(quitus: Quitus) -> bytes:
    """Return the certificate of a quitus, on A5.

    Raises:
        ValueError: it was not given.
    """
    if quitus.decide_le is None or quitus.decide_par is None:
        raise ValueError("ce quitus n’est pas donné")
    sortie = io.BytesIO()
    nomination = quitus.nomination
    regie, personne = nomination.regie, nomination.personne.nom_complet
    libere = quitus.cautionnement_libere
    with Document(
        sortie,
        titre=f"Quitus {quitus.reference}",
        etabli_le=quitus.decide_le,
        reference=f"Quitus {quitus.reference}",
        emetteur=(regie.libelle, regie.acte),
        papier=A5,
    ) as pdf:
        pdf.titre(f"Certificat de quitus n° {quitus.reference}", regie.libelle)
        pdf.paragraphe(
            f"{personne} a rendu compte de sa gestion de la régie : ses recettes sont versées et "
            "justifiées, aucun déficit ne reste à sa charge, ses carnets de quittances sont "
            "rendus. Quitus lui est donné."
        )
        pdf.resume(
            [
                ("Régisseur", personne),
                ("Nommé par", nomination.arrete),
                ("Fonctions", f"du {nomination.debut:%d/%m/%Y} au {nomination.fin:%d/%m/%Y}"),
                ("Fin des fonctions", nomination.arrete_fin),
                (
                    "Cautionnement libéré",
                    f"{afficher(libere)}, {nomination.reference_cautionnement}"
                    if libere
                    else "Aucun n’était constitué",
                ),
                (
                    "Avis favorable",
                    f"{quitus.avis_par.nom_complet}, comptable, le "
                    f"{timezone.localtime(quitus.avis_le):%d/%m/%Y}",
                ),
                (
                    "Donné par",
                    f"{quitus.decide_par.nom_complet}, ordonnateur, le "
                    f"{timezone.localtime(quitus.decide_le):%d/%m/%Y}",
                ),
            ]
        )
    return sortie.getvalue()
