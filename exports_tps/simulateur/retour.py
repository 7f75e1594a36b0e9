"""Writes a PES_Retour: what became of the pièces of one bordereau (README §8).

The pièces are read again from the file that was sent, as a stream: nothing is kept of them.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from exports_tps.simulateur.balises import (
    DECLARATION,
    balise,
    balises_presentes,
    entete,
    enveloppe,
    latin,
)
from exports_tps.simulateur.etat import Reponse
from exports_tps.simulateur.lecture import DEPENSE, Noeud, lire
from exports_tps.simulateur.regles import Contexte, montant

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
OPERATION_D_ORDRE = "08"  # ModRegl of what the mandat withholds
ORIGINE_EMARGEMENT = "01"
LONGUEUR_COMMENTAIRE = 400
GENRES_REJET = {"rejet", "annulation"}
GENRES_REGLEMENT = {"paiement", "encaissement", "retour_fonds"}


Paiement = tuple[str, Decimal]  # day, amount


class Balises(NamedTuple):
    """The tags that tell money on one side: the total to this day, then each movement."""

    cumul: str
    nombre: str
    total: str
    mouvement: str
    jour: str
    montant: str

    def recapitulatif(self, paiements: list[Paiement]) -> str:
        """How many movements, and their sum."""
        if not paiements:
            return ""
        total = str(sum(verse for _, verse in paiements))
        contenu = balise(self.nombre, str(len(paiements))) + balise(self.total, total)
        return f"<{self.cumul}>{contenu}</{self.cumul}>"

    def emargement(self, jour: str, verse: Decimal) -> str:
        """One movement."""
        contenu = balise("OrgEma", ORIGINE_EMARGEMENT) + balise(self.jour, jour)
        return f"<{self.mouvement}>{contenu}{balise(self.montant, str(verse))}</{self.mouvement}>"


BALISES = {
    "depense": Balises(
        "InfoPaiement", "NbrPay", "MtPayTot", "PaiementEmargement", "DtePay", "MtPay"
    ),
    "recette": Balises(
        "InfoRecouvrement", "NbrReco", "MtRecoTot", "EncaissementEmargement", "DteReco", "MtReco"
    ),
}


class Etats(NamedTuple):
    """EtatPce and EtatLigPce to write."""

    piece: str
    ligne: str


ETATS = {
    "depense": {
        "prise_en_charge": Etats("02", "01"),
        "rejet": Etats("04", "02"),
        "instance": Etats("01", "16"),
        "annulation": Etats("04", "02"),
        "paiement": Etats("05", "01"),
        "retour_fonds": Etats("02", "01"),
    },
    "recette": {
        "prise_en_charge": Etats("02", "04"),
        "rejet": Etats("04", "01"),
        "instance": Etats("01", "03"),
        "annulation": Etats("05", "02"),
        "encaissement": Etats("02", "05"),
        "retour_fonds": Etats("02", "04"),
    },
}


def nom_retour(reponse: Reponse) -> str:
    """NomFic of the answer: domain, nature, budget, poste, day, number and flux."""
    lu = reponse.flux.entete
    domaine = "DEP" if reponse.contenu["sens"] == DEPENSE else "RCE"
    nature = "R" if reponse.genre in GENRES_REJET else "P"
    budget = "_".join(lu.get(nom, "") for nom in ("CodCol", "CodBud", "IdPost"))
    jour = reponse.contexte["jour"].replace("-", "")
    suite = f"{reponse.reference:06d}_{reponse.flux.empreinte[:8]}"
    return f"PES2R_{domaine}_{nature}_{budget}_{jour}_{suite}"


def ecrire_retour(reponse: Reponse, fichier: Path) -> Iterator[str]:
    """The text of the answer, piece by piece; `fichier` is the PES_Aller it answers."""
    est_depense = reponse.contenu["sens"] == DEPENSE
    bloc = "Depense" if est_depense else "Recette"
    spolie = reponse.alteration.get("acte") == "invalider"
    yield DECLARATION + f'<n:PES_Retour xmlns:n="{ESPACE}">\n'
    yield enveloppe(
        reponse,
        type_fichier="PES2R_DEP" if est_depense else "PES2R_RCE",
        nom_fichier=nom_retour(reponse),
    )
    yield entete(reponse, balise_collectivite="CodColl")
    yield (
        f"<PES_{bloc}Retour><EnTete{bloc}>"
        + balise("TypRestit", "01" if reponse.genre in GENRES_REJET else "02")
        + balise("IdVer", "2")
        + balise("NatInf", "9" if spolie else "2")
        + f"</EnTete{bloc}>\n"
    )
    yield from _bordereau(reponse, fichier)
    yield f"</PES_{bloc}Retour>\n</n:PES_Retour>\n"


def _bordereau(reponse: Reponse, fichier: Path) -> Iterator[str]:
    for bordereau, piece in _pieces(reponse, fichier):
        if piece is None:
            yield "<Bordereau><BlocBordereau>" + balises_presentes(
                *((nom, bordereau.valeur(nom)) for nom in ("Exer", "IdBord", "TypBord"))
            )
            yield "</BlocBordereau>\n"
        else:
            yield _piece(reponse, Contexte(reponse.contenu["sens"], bordereau, piece))
    yield "</Bordereau>\n"


def _pieces(reponse: Reponse, fichier: Path) -> Iterator[tuple[Noeud, Noeud | None]]:
    """The header of the bordereau (pièce None), then each pièce the answer speaks of."""
    sauf = set(reponse.contenu["sauf"])
    seulement = reponse.contenu["seulement"]
    retenues = None if seulement is None else set(seulement)
    bloc = None
    for evenement in lire(fichier, reponse.contenu["sauts"]):
        if evenement.genre == "bordereau":
            bloc = evenement.noeud
            yield bloc, None
        elif evenement.genre == "piece" and bloc is not None:
            numero = Contexte(evenement.sens, bloc, evenement.noeud).numero
            if numero not in sauf and (retenues is None or numero in retenues):
                yield bloc, evenement.noeud
        elif evenement.genre == "fin_bordereau":
            return


def _piece(reponse: Reponse, contexte: Contexte) -> str:
    est_depense = contexte.sens == DEPENSE
    etats = ETATS[contexte.sens][reponse.genre]
    if reponse.contenu["part"] == 1:
        etats = etats._replace(piece="02")
    bloc = contexte.bloc
    motif = reponse.contenu["motifs"].get(contexte.numero, {})
    dates = reponse.contexte
    nom = "InfoPiece" if est_depense else "BlocPiece"
    lignes = "".join(
        _ligne(reponse, contexte, numero, ligne, etats) for numero, ligne in contexte.lignes()
    )
    infos = balises_presentes(
        ("CodServ", bloc.valeur("CodServ")),
        ("IdPce", contexte.numero),
        ("TypPce", bloc.valeur("TypPce")),
        ("NatPce", bloc.valeur("NatPce")),
        ("Obj", bloc.valeur("Obj" if est_depense else "ObjPce")),
        ("DtePcePec", dates.get("prise_en_charge", "")),
        ("EtatPce", etats.piece),
        ("ObsEtat", motif.get("observation", "")),
        ("Commentaire", latin(motif.get("commentaire", ""), LONGUEUR_COMMENTAIRE)),
        ("DtePceRej", dates["jour"] if reponse.genre in GENRES_REJET else ""),
        ("DtePceInst", dates["jour"] if reponse.genre == "instance" else ""),
    )
    return f"<Piece><{nom}>{infos}</{nom}>\n{lignes}</Piece>\n"


def _ligne(reponse: Reponse, contexte: Contexte, numero: str, ligne: Noeud, etats: Etats) -> str:
    info = ligne.premier(f"BlocLignePiece/{contexte.nom_info}") or ligne
    libelles = ("LibVir1", "LibVir2") if contexte.sens == DEPENSE else ()
    blocs = balises_presentes(
        ("IdLigne", numero),
        ("CodProdLoc", info.valeur("CodProdLoc")),
        ("EtatLigPce", etats.ligne),
        *((nom, info.valeur(nom)) for nom in libelles),
        ("CpteTiers", info.valeur("CpteTiers")),
        ("MtHT", info.valeur("MtHT")),
        ("MtTVA", info.valeur("MtTVA")),
    )
    total = montant(info.valeur("MtHT")) + montant(info.valeur("MtTVA"))
    est_payee = reponse.genre in GENRES_REGLEMENT and info.valeur("ModRegl") != OPERATION_D_ORDRE
    paiements = _paiements(reponse, total) if est_payee else []
    dits = paiements[-1:] if reponse.contenu.get("sans_rappel") else paiements
    noms = BALISES[contexte.sens]
    emargements = "".join(noms.emargement(jour, verse) for jour, verse in dits)
    return (
        f"<LigneDePiece><BlocLignePiece><InfoLignePiece>{blocs}</InfoLignePiece>"
        f"{noms.recapitulatif(paiements)}</BlocLignePiece>{_tiers(ligne)}{emargements}"
        "</LigneDePiece>\n"
    )


def _paiements(reponse: Reponse, total: Decimal) -> list[Paiement]:
    """Every payment of a line so far: an answer restates the earlier ones, unless the plan says
    that it only tells the new one, beside the total. What came back is a payment under zero.
    """
    jour, part = reponse.contexte["jour"], reponse.contenu["part"]
    moitie = total // 2
    if reponse.genre == "retour_fonds":
        return [(reponse.contexte["premier_paiement"], total), (jour, -total)]
    if not part:
        return [(jour, total)]
    if part == 1:
        return [(jour, moitie)]
    return [(reponse.contexte.get("premier_paiement", jour), moitie), (jour, total - moitie)]


def _tiers(ligne: Noeud) -> str:
    """The first tiers of the line, with the shorter category list of the Retour."""
    info = ligne.premier("Tiers/InfoTiers")
    if info is None:
        return ""
    categories = {"01": "01", "50": "02"}
    nature = info.valeur("NatIdTiers")
    est_nir = nature == "04"  # never sent back
    contenu = balises_presentes(
        ("IdTiers", "" if est_nir else info.valeur("IdTiers")),
        ("NatIdTiers", "" if est_nir else nature),
        ("RefTiers", info.valeur("RefTiers")),
        ("CatTiers", categories.get(info.valeur("CatTiers"), "03")),
        ("NatJur", info.valeur("NatJur")),
        ("Nom", info.valeur("Nom")),
    )
    return f"<Tiers><InfoTiers>{contenu}</InfoTiers></Tiers>"
