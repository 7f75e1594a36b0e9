"""Every act is tried in every state: done exactly where docs/etats.md says, else refused.

A refusal is a sentence in French and changes nothing; what follows mandats in bulk leaves the
others alone instead.
"""

import re
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import franchir
from facturier.suivi import avancement, depot, instruction, mandatement
from facturier.suivi.etats import TRANSITIONS, EtatFacture
from facturier.suivi.models import Facture
from tests.suivi.factories import FactureFactory, ServiceFactory, acteur, retour
from tests.suivi.test_avoirs import avoir_sur
from tests.suivi.test_mandatement import rejeter_par_tresorerie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]
PRECEDENT = "l’état qui précédait"
RANGEE = re.compile(r"\| .*?\(`(\w+)`\) \| `(\w+)` \| (?:.*?\(`(\w+)`\)|(.*?)) \|")
REFUSE = "refusé"


def table() -> dict[tuple[str, str], str]:
    """Read the acts of an invoice in docs/etats.md: state and act, then the state reached."""
    page = (settings.RACINE / "docs" / "etats.md").read_text(encoding="utf-8")
    section = page.split("## facturier.Facture\n")[1].split("\n## ")[0]
    return {(etat, acte): vers or PRECEDENT for etat, acte, vers, _ in RANGEE.findall(section)}


TABLE = table()


def agent():
    return acteur(Role.AGENT)


def fournisseur():
    return acteur(Role.FOURNISSEUR)


def comptable():
    return acteur(Role.COMPTABLE)


def mandat(facture):
    """Return the key of the mandat, issued if it may be; of none otherwise."""
    if facture.etat == EtatFacture.LIQUIDEE:
        return mandatement.mandater([facture.pk], par=agent()).pk
    return facture.mandat_id or 0


ACTES = {
    "deposer": lambda f: depot.deposer(f, par=fournisseur()),
    "recevoir": lambda f: instruction.recevoir(f, par=agent()),
    "reorienter": lambda f: instruction.reorienter(f, retour("CMD_ERR"), par=agent()),
    "readresser": lambda f: instruction.readresser(f, service=ServiceFactory.create(), par=agent()),
    "demander_certification": lambda f: instruction.demander_certification(f, par=agent()),
    "suspendre": lambda f: instruction.suspendre(f, retour("JUSTIF_ABS"), par=agent()),
    "completer": lambda f: instruction.completer(f, reponse="Voici.", par=fournisseur()),
    "reprendre": lambda f: instruction.reprendre(f, par=agent()),
    "certifier_service_fait": lambda f: instruction.certifier_service_fait(
        f, date_service_fait=timezone.localdate(), par=acteur(Role.SERVICE, f.service)
    ),
    "liquider": lambda f: instruction.liquider(f, compte="6064", fonction="930", par=agent()),
    "revoir_liquidation": lambda f: instruction.revoir_liquidation(
        f, compte="6064", fonction="930", par=agent()
    ),
    "signer_mandat": lambda f: avancement.constater_signature(
        [mandat(f)], par=acteur(Role.ORDONNATEUR)
    ),
    "retirer_signature": lambda f: avancement.constater_retrait_signature(
        [f.mandat_id or 0], par=acteur(Role.ORDONNATEUR)
    ),
    "transmettre": lambda f: avancement.constater_transmission([f.mandat_id or 0], par=agent()),
    "suspendre_tps": lambda f: avancement.constater_suspension(
        {f.mandat_id or 0: "Crédits"}, par=comptable()
    ),
    "rejeter_tps": lambda f: avancement.constater_rejet(
        {f.mandat_id or 0: "Imputation"}, par=comptable()
    ),
    "prendre_en_charge": lambda f: avancement.constater_prise_en_charge(
        [f.mandat_id or 0], par=comptable()
    ),
    "reliquider": lambda f: mandatement.reliquider(f, par=agent()),
    "rejeter": lambda f: instruction.rejeter(f, retour("DOUBLON"), par=agent()),
    "payer": lambda f: avancement.constater_paiement(
        {f.mandat_id or 0: avancement.PaiementMandat(date(2026, 11, 20), "VIR-1")},
        par=comptable(),
    ),
    "payer_partiellement": lambda f: avancement.constater_paiement_partiel(
        {f.mandat_id or 0: "Moitié"}, par=comptable()
    ),
    "compenser": lambda f: avancement.constater_compensation(
        {f.mandat_id or 0: "Avoir"}, par=comptable()
    ),
    "compenser_avoir": lambda f: franchir(f, "compenser_avoir", par=agent()),
    "solder_par_avoir": lambda f: instruction.solder_par_avoir(f, par=agent()),
    "retirer": lambda f: instruction.retirer(f, motif="Erreur", par=fournisseur()),
}
EN_LOT = frozenset(
    {
        "signer_mandat",
        "retirer_signature",
        "transmettre",
        "suspendre_tps",
        "rejeter_tps",
        "prendre_en_charge",
        "payer",
    }
    | {"payer_partiellement", "compenser"}
)
# How each state is reached: the trait of the factory, then the acts.
CHEMINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "brouillon": ("brouillon", ()),
    "deposee": ("deposee", ()),
    "recue": ("recue", ()),
    "a_reorienter": ("recue", ("reorienter",)),
    "en_certification": ("en_certification", ()),
    "suspendue": ("recue", ("suspendre",)),
    "completee": ("recue", ("suspendre", "completer")),
    "service_fait": ("service_fait", ()),
    "liquidee": ("liquidee", ()),
    "mandatee": ("mandatee", ()),
    "transmise_tps": ("transmise_tps", ()),
    "suspendue_tps": ("transmise_tps", ("suspendre_tps",)),
    "prise_en_charge": ("prise_en_charge", ()),
    "rejetee": ("recue", ("rejeter",)),
    "payee": ("payee", ()),
    "retiree": ("recue", ("retirer",)),
    "partiellement_payee": ("prise_en_charge", ("payer_partiellement",)),
    "avoir": ("prise_en_charge", ("compenser",)),
}


def facture_en(etat: str) -> Facture:
    """Bring an invoice to `etat` by the real acts."""
    if etat == EtatFacture.REJETEE_TPS:
        facture = FactureFactory(transmise=True)
        rejeter_par_tresorerie(facture)
        return lue(facture)
    trait, actes = CHEMINS[etat]
    facture = FactureFactory(jusque=trait)
    for acte in actes:
        ACTES[acte](lue(facture))
    return lue(facture)


def lue(facture: Facture) -> Facture:
    copie: Facture = Facture.objects.get(pk=facture.pk)
    return copie


def trace(facture: Facture) -> tuple[object, int]:
    """Return all that an act would change: the row, and the number of passages."""
    return Facture.objects.values().get(pk=facture.pk), facture.passages.count()


def sujet(facture: Facture, acte: str) -> Facture:
    """Return whom the act is tried on: an avoir at the same stage, for what is done to avoirs.

    An invoice that an avoir settles has one, of its whole amount.
    """
    if acte == "solder_par_avoir" and facture.etat in TRANSITIONS[acte].departs:
        avoir_sur(facture, 100_000, 11_000, certifiee=True)
    if acte == "compenser_avoir" and facture.etat == EtatFacture.SERVICE_FAIT:
        return lue(avoir_sur(facture, certifiee=True))
    return facture


def essayer(facture: Facture, acte: str) -> str:
    """Try an act and undo it; return the state reached, or `refusé` when nothing changed."""
    with transaction.atomic():
        objet = sujet(facture, acte)
        avant = trace(objet)
        try:
            ACTES[acte](lue(objet))
        except ValidationError as refus:
            phrases = [re.search(r"[.»]$", message.strip()) for message in refus.messages]
            issue = REFUSE if all(phrases) and trace(objet) == avant else "refusé à moitié"
        else:
            change = trace(objet) != avant or acte not in EN_LOT
            issue = str(lue(objet).etat) if change else REFUSE
        transaction.set_rollback(True)
    return issue


def attendu(etat: str, acte: str) -> str:
    """Return what the table says; an invoice suspended at the desk comes back to it."""
    vers = TABLE.get((etat, acte), REFUSE)
    return str(EtatFacture.RECUE) if vers == PRECEDENT else vers


def test_chaque_acte_de_la_table_a_sa_fonction():
    assert ACTES.keys() == TRANSITIONS.keys()
    assert {acte for _, acte in TABLE} == TRANSITIONS.keys()
    assert CHEMINS.keys() | {EtatFacture.REJETEE_TPS} == set(EtatFacture.values)


@pytest.mark.parametrize("etat", EtatFacture.values)
def test_chaque_acte_se_fait_exactement_ou_la_table_le_dit(etat):
    facture = facture_en(etat)

    issues = {acte: essayer(facture, acte) for acte in ACTES}

    assert issues == {acte: attendu(etat, acte) for acte in ACTES}
