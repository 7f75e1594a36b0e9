"""Worked examples: the files of `exemples/` read like pages of accounts, and are played here.

Each block names an event, the entry it must post, and the balances that must follow. Someone from
the treasury can review or add a file without reading Python.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from facturier.acces.models import Utilisateur
from facturier.grand_livre import evenements, regies, tresorerie
from facturier.grand_livre.corrections import (
    Reprise,
    annuler_mandat_anterieur,
    annuler_titre_anterieur,
    emettre_reduction,
)
from facturier.grand_livre.emission import CompteBancaire, DeductionImputee, Imputation
from facturier.grand_livre.models import (
    Deduction,
    Ecriture,
    EtatPiece,
    LignePiece,
    Piece,
    SchemaComptable,
    Tiers,
)
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from tests.grand_livre.factories import COMPTE_BANCAIRE, JOUR, TiersFactory, cession, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]
EN_2025 = date(2025, 12, 1)
EXEMPLES = sorted((Path(__file__).parent / "exemples").glob("*.txt"))


class Mouvement(NamedTuple):
    """A row of a table: account, debit, credit."""

    compte: str
    debit: int
    credit: int


class Etape(NamedTuple):
    """An event with its arguments, the entry expected, the balances expected."""

    evenement: str
    arguments: list[str]
    ecriture: list[Mouvement]
    soldes: list[Mouvement]


def _cellules(ligne: str) -> list[str]:
    return [cellule.strip() for cellule in ligne.split("|")]


def _francs(texte: str) -> int:
    return int(texte.replace(" ", "") or 0)


def _mouvements(lignes: list[str]) -> list[Mouvement]:
    return [
        Mouvement(compte, _francs(debit), _francs(credit))
        for compte, debit, credit in map(_cellules, lignes)
    ]


def lire(exemple: Path) -> Iterator[Etape]:
    """Yield the steps of an example, after its title."""
    for bloc in exemple.read_text(encoding="utf-8").strip().split("\n\n")[1:]:
        tete, _, *tables = bloc.splitlines()
        evenement, *arguments = _cellules(tete.removeprefix("Événement : "))
        coupe = tables.index("Soldes")
        yield Etape(
            evenement, arguments, _mouvements(tables[:coupe]), _mouvements(tables[coupe + 1 :])
        )


@dataclass
class Dossier:
    """Plays the events of one example on one pièce."""

    par: Utilisateur
    piece: Piece = field(init=False)
    cessionnaire: Tiers = field(init=False)
    retenue: Deduction = field(init=False)
    references: Iterator[int] = field(default_factory=count)

    def jouer(self, evenement: str, arguments: list[str]) -> Ecriture:
        """Carry out an event through the real acts and return the entry it posted."""
        actes: dict[str, Callable[..., None]] = {
            "mandat": self.mandater,
            "mandat cédé": self.mandater_et_ceder,
            "mandat avec déductions": self.mandater_et_deduire,
            "réduction du mandat": self.reduire,
            "réduction du titre": self.reduire,
            "réduction après paiement": self.reduire_une_fois_paye,
            "mandat de 2025": partial(self.mandater, jour=EN_2025),
            "annulation du mandat de 2025": self.annuler_le_mandat_anterieur,
            "annulation du mandat de 2025 payé": self.annuler_le_mandat_anterieur_paye,
            "titre de 2025": partial(self.emettre_titre, jour=EN_2025),
            "annulation du titre de 2025": self.annuler_le_titre_anterieur,
            "annulation du titre de 2025 payé": self.rendre_le_titre_anterieur,
            "charge à payer": self.rattacher,
            "paiement": self.payer,
            "paiement au cessionnaire": self.payer_le_cessionnaire,
            "paiement au fournisseur": self.payer_le_fournisseur,
            "rejet du mandat": self.annuler,
            "retour de fonds": self.retourner_fonds,
            "titre": self.emettre_titre,
            "annulation du titre": self.annuler,
            "encaissement": self.encaisser,
            "remboursement": self.rembourser,
            "titre des pénalités": self.titrer_les_penalites,
            "précompte": self.precompter,
            "versement": self.verser,
            "compensation d’imputations": self.compenser_imputations,
            "rejet du versement": self.rejeter_versement,
            "commission à part": self.prelever_commission,
            "litige ouvert": self.contester,
            "litige gagné": self.gagner,
            "litige perdu": self.perdre,
            "impayé": self.constater_impaye,
            "chèque dû à nouveau": self.perdre_cheque,
            "remise": self.remettre,
            "fonds de caisse": self.mouvoir_fonds,
            "vente": self.vendre,
            "recette à classer": self.recevoir_a_classer,
            "remboursement de la vente": self.rendre_la_vente,
            "retour de vente": self.reporter_retour,
            "contestation de la vente": self.contester_la_vente,
            "perte de la vente": self.perdre_la_vente,
            "écart de caisse": self.constater_ecart,
            "déficit comblé": self.combler_deficit,
            "versement de régie": self.verser_especes,
            "régularisation": self.regulariser,
            "recette avant titre": self.percevoir_avant_titre,
            "régularisation d’une recette perçue": self.regulariser_recette_percue,
            "apurement": self.apurer,
        }
        actes[evenement](*arguments)
        annee = 2025 if evenement in {"mandat de 2025", "titre de 2025"} else 2026
        return Ecriture.objects.filter(exercice=annee).latest("pk")

    def verifier_etape(self, etape: Etape, *, scelle: bool) -> None:
        """Play one step, seal it or not, and compare with what the accountant wrote."""
        ecriture = self.jouer(etape.evenement, etape.arguments)
        if scelle:
            sceller()

        assert sorted(_passes(ecriture)) == sorted(etape.ecriture)
        assert [_solde(attendu.compte) for attendu in etape.soldes] == etape.soldes

    def mandater(self, *cellules: str, jour: date = JOUR) -> None:
        """Issue a mandat; the cells go by three: account, amount, tax."""
        triplets = zip(*[iter(cellules)] * 3, strict=True)
        self.piece = mandat(
            self.par,
            date_emission=jour,
            imputations=[
                Imputation(compte=compte, montant_ht=_francs(ht), montant_tgc=_francs(tgc))
                for compte, ht, tgc in triplets
            ],
        )

    def mandater_et_ceder(self, compte: str, ht: str, tgc: str, cede: str) -> None:
        """Issue a mandat of one imputation, of which `cede` is paid to another."""
        ceder = cession(montant=_francs(cede))
        self.cessionnaire = ceder.destinataire.tiers
        self.piece = mandat(
            self.par,
            imputations=[
                Imputation(compte=compte, montant_ht=_francs(ht), montant_tgc=_francs(tgc))
            ],
            cessions=[ceder],
        )

    def mandater_et_deduire(self, compte: str, ht: str, tgc: str, *deductions: str) -> None:
        """Issue a mandat of one imputation; the last cells go by two: nature, amount."""
        couples = zip(*[iter(deductions)] * 2, strict=True)
        self.piece = mandat(
            self.par,
            imputations=[
                Imputation(compte=compte, montant_ht=_francs(ht), montant_tgc=_francs(tgc))
            ],
            deductions=[
                DeductionImputee(rang_imputation=1, nature=nature, montant=_francs(montant))
                for nature, montant in couples
            ],
        )

    def payer_le_cessionnaire(self, montant: str) -> None:
        """Pay who holds the assigned part."""
        self.payer(montant, {self.cessionnaire.pk: _francs(montant)})

    def payer_le_fournisseur(self, montant: str) -> None:
        """Pay the tiers of the mandat what is left to him."""
        self.payer(montant, {self.piece.tiers_id: _francs(montant)})

    def payer(self, montant: str, par_tiers: dict[int, int] | None = None) -> None:
        """Pay the mandat, in part or in full."""
        evenements.payer_mandat(
            self.piece,
            montant=_francs(montant),
            par_tiers=par_tiers,
            date_paiement=JOUR,
            reference=f"ordre-{next(self.references)}",
            par=self.par,
        )

    def retourner_fonds(self, montant: str) -> None:
        """See money of the pièce come back to the treasury."""
        tresorerie.retourner_fonds(
            self.piece, montant=_francs(montant), reference="1", **self._le_jour
        )

    def reduire(self, ht: str, tgc: str) -> None:
        """Take back a part of the first line of the pièce."""
        emettre_reduction(
            self.piece,
            Reprise(
                ligne=LignePiece.objects.get(piece=self.piece, rang=1),
                montant_ht=_francs(ht),
                montant_tgc=_francs(tgc),
                motif="Avoir",
            ),
            justificatifs=[],
            date_emission=JOUR,
            par=self.par,
        )

    def reduire_une_fois_paye(self, ht: str, tgc: str) -> None:
        """Take back a part of a mandat that the treasury has settled."""
        self.piece.etat = EtatPiece.PAYEE
        self.reduire(ht, tgc)

    def _reprise(self, ht: str, tgc: str = "") -> Reprise:
        return Reprise(
            ligne=LignePiece.objects.get(piece=self.piece, rang=1),
            montant_ht=_francs(ht),
            montant_tgc=_francs(tgc),
            motif="Erreur",
        )

    def annuler_le_mandat_anterieur(self, ht: str, tgc: str) -> None:
        """Issue the titre that takes back a part of a mandat of 2025."""
        annuler_mandat_anterieur(
            self.piece,
            self._reprise(ht, tgc),
            code_produit="E773",
            justificatifs=[],
            date_emission=JOUR,
            par=self.par,
        )

    def annuler_le_mandat_anterieur_paye(self, ht: str, tgc: str) -> None:
        """The same, once the treasury has paid the mandat."""
        self.piece.etat = EtatPiece.PAYEE
        self.annuler_le_mandat_anterieur(ht, tgc)

    def annuler_le_titre_anterieur(
        self, montant: str, compte: CompteBancaire | None = None
    ) -> None:
        """Issue the mandat that takes back a part of a titre of 2025."""
        correctif = annuler_titre_anterieur(
            self.piece,
            self._reprise(montant),
            compte=compte,
            justificatifs=[],
            date_emission=JOUR,
            par=self.par,
        )
        if compte is not None:
            self.piece = correctif

    def rendre_le_titre_anterieur(self, montant: str) -> None:
        """The same, of what was collected: the mandat pays it back."""
        self.annuler_le_titre_anterieur(montant, COMPTE_BANCAIRE)

    def rattacher(self, annee: str, compte: str, montant: str) -> None:
        """Post a charge à payer of a year, and its reversal in the next."""
        charge = evenements.Charge(
            identite=f"essai-{next(self.references)}",
            libelle="Charge à payer",
            compte=compte,
            montant=_francs(montant),
            tiers_id=TiersFactory.create().pk,
        )
        evenements.rattacher([charge], annee=int(annee), par=self.par)

    def emettre_titre(self, compte: str, montant: str, *, jour: date = JOUR) -> None:
        """Issue a titre on one revenue account."""
        self.piece = titre(self.par, compte=compte, montant=_francs(montant), date_emission=jour)

    def titrer_les_penalites(self, compte: str, montant: str) -> None:
        """Issue the titre that collects what the mandat withholds."""
        self.retenue = Deduction.objects.get(ligne__piece=self.piece, nature="penalites")
        self.piece = titre(
            self.par, compte=compte, montant=_francs(montant), tiers=self.piece.tiers
        )

    def precompter(self) -> None:
        """Settle the titre with what the mandat withholds."""
        tresorerie.precompter(self.piece, self.retenue, date_comptable=JOUR, par=self.par)

    def annuler(self) -> None:
        """Reverse the issue of the pièce."""
        evenements.annuler_emission(
            self.piece, motif="erreur de tiers", date_comptable=JOUR, par=self.par
        )

    def encaisser(self, mode: str, montant: str, trop_percu: str) -> None:
        """Receive money for the titre."""
        evenements.encaisser(
            self.piece,
            mode=mode,
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            date_comptable=JOUR,
            reference=f"recu-{next(self.references)}",
            par=self.par,
        )

    def rembourser(self, montant: str, trop_percu: str, moyen: str = "carte") -> None:
        """Give money back to the card, or by transfer."""
        evenements.rembourser(
            self.piece,
            moyen=moyen,
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            date_comptable=JOUR,
            reference=f"rendu-{next(self.references)}",
            par=self.par,
        )

    def verser(self, brut: str, commission: str, ecart_change: str = "0", *imputes: str) -> None:
        """Receive a payout of the bank, or be debited of one; what nothing explains waits."""
        tresorerie.verser_cartes(
            brut=_francs(brut),
            commission=_francs(commission),
            ecart_change=_francs(ecart_change),
            imputes=[_francs(impute) for impute in imputes],
            reference=f"versement-{next(self.references)}",
            **self._le_jour,
        )

    def compenser_imputations(self, montant: str) -> None:
        """Clear a receipt and an expense that waited, one the contrary of the other."""
        tresorerie.compenser_imputations(
            montant=_francs(montant), reference=f"comp-{next(self.references)}", **self._le_jour
        )

    def rejeter_versement(self, montant: str) -> None:
        """See a payout sent back by the bank."""
        tresorerie.rejeter_versement(
            montant=_francs(montant), reference=f"rejet-{next(self.references)}", **self._le_jour
        )

    def prelever_commission(self, montant: str) -> None:
        """See the bank take its commission apart."""
        tresorerie.prelever_commission(
            montant=_francs(montant), reference="commission", **self._le_jour
        )

    def contester(self, montant: str) -> None:
        """See the bank take a contested payment back."""
        tresorerie.contester_carte(
            self.piece, montant=_francs(montant), reference="dp", **self._le_jour
        )

    def constater_impaye(self, nature: str, montant: str) -> None:
        """See the bank take back from the account what it had credited."""
        tresorerie.constater_impaye(
            self.piece, nature=nature, montant=_francs(montant), reference="imp", **self._le_jour
        )

    def perdre_cheque(self, montant: str, trop_percu: str) -> None:
        """Make the debt of an unpaid cheque owed again."""
        tresorerie.perdre_litige(
            self.piece,
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            reference="imp",
            nature="cheque",
            **self._le_jour,
        )

    def gagner(self, montant: str) -> None:
        """Win the dispute."""
        tresorerie.gagner_litige(
            self.piece, montant=_francs(montant), reference="dp", **self._le_jour
        )

    def perdre(self, montant: str, trop_percu: str) -> None:
        """Lose the dispute."""
        tresorerie.perdre_litige(
            self.piece,
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            reference="dp",
            **self._le_jour,
        )

    def remettre(self, nature: str, brut: str, commission: str) -> None:
        """Receive what the bank credits for its terminal, or for cheques."""
        tresorerie.remettre(
            nature,
            brut=_francs(brut),
            commission=_francs(commission),
            reference=f"remise-{next(self.references)}",
            **self._le_jour,
        )

    def mouvoir_fonds(self, nature: str, montant: str) -> None:
        """Hand the fonds de caisse to a régie, or take it back."""
        regies.mouvoir_fonds(
            est_remis=nature == "remise",
            montant=_francs(montant),
            reference=nature,
            **self._le_jour,
        )

    def vendre(self, mode: str, montant: str, trop_percu: str = "0") -> None:
        """Sell at a counter, before any titre."""
        regies.vendre_au_comptant(
            mode=mode,
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            reference=f"vente-{next(self.references)}",
            **self._le_jour,
        )

    def recevoir_a_classer(self, mode: str, montant: str) -> None:
        """Receive money for something nobody knows."""
        regies.recevoir_a_classer(
            mode=mode,
            montant=_francs(montant),
            reference=f"feuillet-{next(self.references)}",
            **self._le_jour,
        )

    def rendre_la_vente(self, montant: str, trop_percu: str) -> None:
        """Give a sale back to the card."""
        evenements.rembourser(
            None,
            moyen="carte",
            montant=_francs(montant),
            trop_percu=_francs(trop_percu),
            reference=f"rendu-{next(self.references)}",
            **self._le_jour,
        )

    def contester_la_vente(self, montant: str) -> None:
        """See the bank take a sale back."""
        tresorerie.contester_carte(None, montant=_francs(montant), reference="dp", **self._le_jour)

    def perdre_la_vente(self, montant: str) -> None:
        """Lose the dispute about a sale."""
        tresorerie.perdre_litige(None, montant=_francs(montant), reference="dp", **self._le_jour)

    def constater_ecart(self, ecart: str) -> None:
        """Count a till and find more, or less, than expected."""
        regies.constater_ecart(ecart=_francs(ecart), reference=ecart, **self._le_jour)

    def combler_deficit(self, moyen: str, montant: str) -> None:
        """See the régisseur pay a déficit back."""
        regies.combler_deficit(
            en_especes=moyen == "especes",
            montant=_francs(montant),
            reference=moyen,
            **self._le_jour,
        )

    def verser_especes(self, montant: str) -> None:
        """Pay the cash of a régie over."""
        regies.verser_especes(montant=_francs(montant), reference="V-1", **self._le_jour)

    def regulariser(self, montant: str) -> None:
        """Clear the titre by the sales that it regularises."""
        regies.regulariser(self.piece, montant=_francs(montant), **self._le_jour)

    def reporter_retour(self, montant: str) -> None:
        """Owe again what the provider gave back of a sale that the titre bears."""
        regies.reporter_retour(self.piece, montant=_francs(montant), reference="1", **self._le_jour)

    def percevoir_avant_titre(self, montant: str) -> None:
        """Hear of money that the treasury collected before any titre."""
        tresorerie.percevoir_avant_titre([self._p503(montant)], par=self._le_jour["par"])

    def regulariser_recette_percue(self, montant: str) -> None:
        """Settle the titre with the money collected before it."""
        tresorerie.regulariser_recette_percue(self.piece, self._p503(montant), **self._le_jour)

    def _p503(self, montant: str) -> tresorerie.Perception:
        return tresorerie.Perception(
            montant=_francs(montant),
            jour=self._le_jour["date_comptable"],
            reference="2026-503-1",
            nom="P503 2026-503, ligne 1",
        )

    def apurer(self, montant: str) -> None:
        """Settle the titre with money that waited unexplained."""
        tresorerie.apurer_au_titre(
            self.piece,
            montant=_francs(montant),
            reference=str(next(self.references)),
            **self._le_jour,
        )

    @property
    def _le_jour(self) -> dict[str, Any]:
        return {"date_comptable": JOUR, "par": self.par}


def _passes(ecriture: Ecriture) -> list[Mouvement]:
    return [
        Mouvement(
            ligne.compte.numero,
            ligne.montant if ligne.sens == "D" else 0,
            ligne.montant if ligne.sens == "C" else 0,
        )
        for ligne in ecriture.lignes.select_related("compte")
    ]


def _solde(compte: str) -> Mouvement:
    montant = solde(compte, exercice=2026).solde
    return Mouvement(compte, max(montant, 0), max(-montant, 0))


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda exemple: exemple.stem)
@pytest.mark.parametrize("scelle", [False, True], ids=["en attente", "scelle"])
def test_l_exemple_se_passe_comme_l_ecrit_le_comptable(reference, agent, exemple, scelle):
    dossier = Dossier(agent)

    for etape in lire(exemple):
        dossier.verifier_etape(etape, scelle=scelle)

    assert list(verifier()) == []


def test_les_exemples_couvrent_chaque_evenement_du_schema(reference):
    schemas = {"mandatement", "paiement_mandat", "titre", "versement_cartes"}
    schemas |= {f"remboursement_{moyen}" for moyen in evenements.MOYENS_REMBOURSEMENT}
    schemas |= {"precompte_penalites", "reduction_mandat", "charge_a_payer", "extourne_charge"}
    schemas |= {"reduction_titre", "annulation_mandat_anterieur", "annulation_titre_anterieur"}
    schemas |= {"litige_ouvert", "litige_gagne", "litige_perdu", "versement_rejete"}
    schemas |= {"impaye_cheque_du", *(f"impaye_{nature}" for nature in tresorerie.IMPAYES)}
    schemas |= {"fonds_caisse_remis", "fonds_caisse_rendu", "excedent_caisse", "deficit_caisse"}
    schemas |= {"versement_regie", "regularisation", "deficit_comble", "retour_vente"}
    schemas |= {"excedent_versement", "deficit_versement"}
    schemas |= {"recette_avant_titre", "regularisation_p503"}
    schemas |= {"retour_paiement", "retour_encaissement"}
    schemas |= {"prelevement_cartes", "prelevement_rejete", "commission_bancaire"}
    schemas |= {"imputations_compensees", "apurement_titre"}
    schemas |= {f"a_classer_{mode}" for mode in regies.MODES_A_CLASSER}
    schemas |= {f"comptant_{mode}" for mode in regies.MODES_COMPTANT}
    schemas |= {f"remise_{nature}" for nature in tresorerie.REMISES}
    schemas |= {f"encaissement_{mode}" for mode in evenements.MODES_ENCAISSEMENT}
    textes = "\n".join(exemple.read_text(encoding="utf-8") for exemple in EXEMPLES)

    connus = SchemaComptable.objects.values_list("evenement", flat=True)

    assert set(connus) == schemas
    assert all(f"encaissement | {mode} " in textes for mode in evenements.MODES_ENCAISSEMENT)
