"""Régies against the ledger: their cash, sales, differences, funds and versements.

Each check yields anomalies and never raises; the night check of the ledger runs them too.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, F, Q, Sum

from facturier.grand_livre import verification
from facturier.grand_livre.verification import Anomalie
from telepaiement.etats_mensuels import totaux_par_mois
from telepaiement.internet import empreinte_internet
from telepaiement.models import (
    ComblementDeficit,
    Encaissement,
    EtatMensuel,
    EtatSession,
    EtatTentative,
    MouvementFonds,
    RectificationVersement,
    Regie,
    Regularisation,
    SessionCaisse,
    SessionInternet,
    Vente,
    VersementRegie,
)
from telepaiement.position import positions
from telepaiement.verification_argent import solde_debiteur

JUSTIFIES_PAR = {
    "comptant_especes": "encaissement",
    "comptant_cheque": "encaissement",
    "comptant_tpe": "encaissement",
    "comptant_lecteur": "encaissement",
    "comptant_classement": "encaissement",
    "a_classer_especes": "encaissement",
    "a_classer_cheque": "encaissement",
    "a_classer_tpe": "encaissement",
    "excedent_caisse": "session_caisse",
    "deficit_caisse": "session_caisse",
    "fonds_caisse_remis": "mouvement_fonds",
    "fonds_caisse_rendu": "mouvement_fonds",
    "deficit_comble": "comblement_deficit",
    "deficit_versement": "rectification_versement",
    "excedent_versement": "rectification_versement",
    "versement_regie": "versement_regie",
    "regularisation": "regularisation",
}


def ventes_mal_ecrites() -> Iterator[Anomalie]:
    """Sales whose lines, payment or entry do not say the same amount.

    One that no card paid at the reader has neither payment nor entry.
    """
    sans_argent = Q(encaissement__isnull=True, tentative__isnull=False) & ~Q(
        tentative__etat=EtatTentative.REUSSIE
    )
    ventes = (
        Vente.objects.exclude(sans_argent)
        .order_by()
        .annotate(lignes_total=Sum("lignes__montant", default=0))
    )
    for pk, montant, lignes, recu, mode, evenement, total in ventes.values_list(
        "pk",
        "montant",
        "lignes_total",
        "encaissement__montant",
        "encaissement__mode",
        "encaissement__ecriture__evenement",
        "encaissement__ecriture__total",
    ):
        if (lignes, recu, total, evenement) != (montant, montant, montant, f"comptant_{mode}"):
            yield Anomalie(
                "vente",
                f"vente {pk}",
                f"{montant} F vendus, {lignes} F en lignes, {recu} F reçus, {total} F écrits",
            )


def ecritures_de_regie_sans_objet() -> Iterator[Anomalie]:
    """Entries of a régie that no fact justifies."""
    return verification.ecritures_sans_objet("regie", JUSTIFIES_PAR)


def caisses_mal_comptees() -> Iterator[Anomalie]:
    """Closed tills whose count or expectation is not what their payments and their entry say."""
    valides = Q(encaissements__annulation__isnull=True)
    tpe, cheque = valides & Q(encaissements__mode="tpe"), valides & Q(encaissements__mode="cheque")
    especes = valides & Q(encaissements__mode="especes")
    closes = SessionCaisse.objects.filter(etat=EtatSession.CLOTUREE).annotate(
        recues=Sum("encaissements__montant", filter=especes, default=0),
        au_terminal=Sum("encaissements__montant", filter=tpe, default=0),
        tickets=Count("encaissements", filter=tpe),
        cheques=Count("encaissements", filter=cheque),
    )
    for session in closes.select_related("ecriture_ecart").order_by("pk"):
        compte = sum(int(valeur) * nombre for valeur, nombre in session.coupures.items())
        ecrit = session.ecriture_ecart.total if session.ecriture_ecart else 0
        if (compte, session.fonds_caisse + session.recues, ecrit) != (
            session.especes_comptees,
            session.especes_attendues,
            abs(session.ecart),
        ):
            yield Anomalie(
                "caisse",
                f"caisse {session.pk}",
                f"{session.especes_comptees} F comptés ({compte} F en coupures) pour "
                f"{session.fonds_caisse + session.recues} F ; {ecrit} F d’écart écrits",
            )
        attendus = (session.terminal_attendu, session.tickets_attendus, session.cheques_attendus)
        recus = (session.au_terminal, session.tickets, session.cheques)
        if session.cloturee_par_id is not None and attendus != recus:
            yield Anomalie(
                "caisse",
                f"caisse {session.pk}",
                f"terminal, tickets et chèques attendus {attendus}, reçus {recus}",
            )


def versements_de_regie_mal_ecrits() -> Iterator[Anomalie]:
    """Versements whose tills, cheques or entry do not make their amounts."""
    versements = VersementRegie.objects.order_by().annotate(
        caisses=Sum(
            F("sessions__session__especes_comptees") - F("sessions__session__fonds_caisse"),
            default=0,
        )
    )
    lus = VersementRegie.objects.order_by().values_list("pk")
    cheques = dict(lus.annotate(total=Sum("cheques__encaissement__montant", default=0)))
    combles = dict(lus.annotate(total=Sum("comblements__comblement__montant", default=0)))
    for versement in versements.select_related("ecriture"):
        compte = sum(int(valeur) * nombre for valeur, nombre in versement.coupures.items())
        ecrit = versement.ecriture.total if versement.ecriture else 0
        attendu = versement.especes if versement.etat == "recu" else 0
        verse = (versement.caisses + combles[versement.pk], compte, cheques[versement.pk], ecrit)
        if verse != (
            versement.especes,
            versement.especes,
            versement.montant_cheques,
            attendu,
        ):
            yield Anomalie(
                "versement_regie",
                f"versement {versement.pk}",
                f"{versement.especes} F en espèces pour {versement.caisses} F en caisse, "
                f"{compte} F en coupures, {ecrit} F écrits",
            )


def etats_mensuels_faux() -> Iterator[Anomalie]:
    """States of a month whose total is not what their régie received in it."""
    totaux = totaux_par_mois()
    for etat in EtatMensuel.objects.select_related("regie").order_by("pk"):
        recu = totaux.get((etat.regie_id, etat.mois), 0)
        if recu != etat.total:
            yield Anomalie("etat_mensuel", f"{etat}", f"{etat.total} F justifiés, {recu} F reçus")


def mouvements_de_fonds_mal_ecrits() -> Iterator[Anomalie]:
    """Movements of a fonds de caisse, and régularisations, that their entry does not say."""
    for mouvement in MouvementFonds.objects.exclude(ecriture__total=F("montant")):
        yield Anomalie(
            "fonds_caisse", f"mouvement {mouvement.pk}", f"{mouvement.montant} F mal écrits"
        )
    for regularisation in Regularisation.objects.annotate(
        somme=Sum("lignes__ligne__montant", default=0)
    ).exclude(ecriture__total=F("somme")):
        yield Anomalie(
            "regularisation", f"titre {regularisation.titre_id}", "ventes et écriture diffèrent"
        )


def recettes_a_classer() -> Iterator[Anomalie]:
    """Receipts to classify that their entry does not say, or classed for another amount."""
    recettes = Encaissement.objects.exclude(mention="").order_by()
    for pk, mode, montant, evenement, total, classe in recettes.values_list(
        "pk",
        "mode",
        "montant",
        "ecriture__evenement",
        "ecriture__total",
        "classements__ecriture__total",
    ):
        if (evenement, total) != (f"a_classer_{mode}", montant) or classe not in {None, montant}:
            yield Anomalie(
                "recette_a_classer",
                f"encaissement {pk}",
                f"{montant} F reçus, {total} F écrits, {classe} F classés",
            )


def deficits_de_caisse() -> Iterator[Anomalie]:
    """What déficits lack: the ledger, against tills, versements and what was paid back."""
    for comblement in ComblementDeficit.objects.exclude(ecriture__total=F("montant")):
        yield Anomalie(
            "deficit", f"comblement {comblement.pk}", f"{comblement.montant} F mal écrits"
        )
    for faux in RectificationVersement.objects.exclude(ecriture__total=F("montant")):
        yield Anomalie("versement_regie", f"{faux}", f"{faux.montant} F mal écrits")
    ecrit = solde_debiteur(["deficit_caisse", "deficit_versement"], "deficit")
    manque = sum(tenue.a_combler for tenue in positions(list(Regie.objects.all())).values())
    if ecrit != manque:
        yield Anomalie(
            "deficit",
            "déficits de caisse et de versement",
            f"le grand livre dit {ecrit} F, les régies {manque} F",
        )


def especes_en_regie() -> Iterator[Anomalie]:
    """The account of the cash of régies, against what their accounts say they hold (art. 18)."""
    ecrit = solde_debiteur(["encaissement_especes", "comptant_especes"], "disponible")
    tenu = sum(tenue.encaisse for tenue in positions(list(Regie.objects.all())).values())
    if ecrit != tenu:
        yield Anomalie(
            "regie",
            "espèces en régie",
            f"le grand livre dit {ecrit} F, les caisses {tenu} F",
        )


def sessions_internet_fausses() -> Iterator[Anomalie]:
    """Closed days whose total is not that of their payments, or whose chain is broken."""
    clos = Encaissement.objects.filter(clos__isnull=False).order_by("clos__session", "pk")
    lignes = clos.values_list("clos__session", "pk", "montant")
    par_session = {cle: list(lot) for cle, lot in groupby(lignes, key=itemgetter(0))}
    for session in SessionInternet.objects.select_related("regie").order_by("pk"):
        closes = par_session.get(session.pk, [])
        cles, total = [pk for _, pk, _ in closes], sum(montant for *_, montant in closes)
        if total != session.total or session.empreinte != empreinte_internet(session, cles):
            yield Anomalie(
                "session_internet", f"{session}", f"{session.total} F clôturés pour {total} F"
            )


CONTROLES: list[Callable[[], Iterator[Anomalie]]] = [
    ventes_mal_ecrites,
    ecritures_de_regie_sans_objet,
    caisses_mal_comptees,
    versements_de_regie_mal_ecrits,
    etats_mensuels_faux,
    mouvements_de_fonds_mal_ecrits,
    especes_en_regie,
    recettes_a_classer,
    deficits_de_caisse,
    sessions_internet_fausses,
]
