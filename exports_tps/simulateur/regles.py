"""What Hélios holds against one mandat or titre: a list of small checks (README §3, §4, §10)."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from exports_tps.simulateur.anomalies import Anomalie
from exports_tps.simulateur.lecture import DEPENSE, Noeud

AUTRE = "ERREUR_AUTRE"
LETTRES_RIB = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
MODULO = 97
LONGUEUR_IBAN = {"FR": 27, "NC": 27}
COMPTE_OBLIGATOIRE = {"03", "05"}
COMPTE_INTERDIT = {"01", "02", "04", "07", "08", "09", "11"}
PERSONNE_PHYSIQUE = "01"
RATTACHEMENT_OBLIGATOIRE = {
    "depense": {("01", "13", "01"), ("02", "02", "06"), ("01", "02", "09"), ("02", "02", "10")},
    "recette": {("02", "02", "06"), ("01", "02", "09"), ("02", "02", "10"), ("01", "14", "01")},
}
CONVENTION_OBLIGATOIRE = {
    "depense": {("01", "06", "01")},
    "recette": {("01", "10", "01"), ("01", "10", "02")},
}
NATURES_ANNULATION = {"06", "10"}


class Contexte:
    """The pièce under examination: its side, its bordereau's header, its own blocks."""

    def __init__(self, sens: str, bordereau: Noeud, piece: Noeud) -> None:
        self.sens = sens
        self.bordereau = bordereau
        self.piece = piece
        est_depense = sens == DEPENSE
        self.bloc = piece.premier("BlocPiece/InfoPce" if est_depense else "BlocPiece") or piece
        self.numero = self.bloc.valeur("IdPce")
        self.nom_info = "InfoLignePce" if est_depense else "InfoLignePiece"
        self.triplet = (
            bordereau.valeur("TypBord"),
            self.bloc.valeur("TypPce"),
            self.bloc.valeur("NatPce"),
        )

    def lignes(self) -> Iterator[tuple[str, Noeud]]:
        """Number and element of each line."""
        for ligne in self.piece.tous("LigneDePiece"):
            yield ligne.valeur(f"BlocLignePiece/{self.nom_info}/IdLigne"), ligne

    def anomalie(self, libelle: str, ligne: str = "", code: str = AUTRE) -> Anomalie:
        """An anomaly placed on this pièce."""
        return Anomalie(code, libelle, self.numero, ligne)


def montant(texte: str) -> Decimal:
    """An amount of the file, 0 when absent or unreadable (the schema tells the latter)."""
    try:
        return Decimal(texte or "0")
    except InvalidOperation:
        return Decimal(0)


def rib_est_valide(banque: str, guichet: str, compte: str, cle: str) -> bool:
    """The key of a RIB: 97 - ((89 b + 15 g + 3 c) mod 97), letters read as digits."""
    chiffres = [valeur.upper().translate(LETTRES_RIB) for valeur in (banque, guichet, compte)]
    if not cle.isdigit() or not all(valeur.isdigit() for valeur in chiffres):
        return False
    b, g, c = (int(valeur) for valeur in chiffres)
    return int(cle) == MODULO - (89 * b + 15 * g + 3 * c) % MODULO


def iban_est_valide(iban: str) -> bool:
    """Upper case, length of the country when known, modulo 97 equal to 1 (ISO 13616)."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{1,30}", iban):
        return False
    if len(iban) != LONGUEUR_IBAN.get(iban[:2], len(iban)):
        return False
    return int("".join(str(int(signe, 36)) for signe in iban[4:] + iban[:4])) % MODULO == 1


def triplet(contexte: Contexte) -> Iterator[Anomalie]:
    """TypBord, TypPce and NatPce agree. The full grid is not public: only sure refusals."""
    type_bordereau, type_piece, nature = contexte.triplet
    est_annulation = nature in NATURES_ANNULATION
    annule = type_bordereau == "02"
    est_corrective = annule or nature == "09"
    if annule != est_annulation or (est_corrective and type_piece != "02"):
        yield contexte.anomalie(f"triplet {' '.join(contexte.triplet)} inconnu")


def rattachement(contexte: Contexte) -> Iterator[Anomalie]:
    """RattachPiece and IdConv where the triplet asks for them."""
    exercice = contexte.bordereau.valeur("Exer")
    for numero, ligne in contexte.lignes():
        rattache = ligne.premier("BlocLignePiece/RattachPiece")
        if contexte.triplet in RATTACHEMENT_OBLIGATOIRE[contexte.sens]:
            if rattache is None:
                yield contexte.anomalie("pièce de rattachement absente", numero)
            elif contexte.triplet == ("02", "02", "06") and rattache.valeur("ExerRat") != exercice:
                yield contexte.anomalie("exercice de rattachement différent", numero)
            elif contexte.triplet == ("01", "02", "09") and rattache.valeur("ExerRat") >= exercice:
                yield contexte.anomalie("exercice de rattachement non antérieur", numero)
        convention = ligne.valeur("BlocLignePiece/LiensIdent/IdConv")
        if contexte.triplet in CONVENTION_OBLIGATOIRE[contexte.sens] and not convention:
            yield contexte.anomalie("identifiant de convention absent", numero)


def lignes_en_double(contexte: Contexte) -> Iterator[Anomalie]:
    """Each line number serves once in the pièce."""
    vues: set[str] = set()
    for numero, _ in contexte.lignes():
        if numero in vues:
            yield contexte.anomalie("numéro de ligne en double", numero, "ERREUR_DOUBLON_LIGNE")
        vues.add(numero)


def tiers(contexte: Contexte) -> Iterator[Anomalie]:
    """Identity and address of the tiers."""
    for numero, ligne in contexte.lignes():
        for tiers_lu in ligne.tous("Tiers"):
            for libelle in (*_identite(contexte.sens, tiers_lu), *_adresse(tiers_lu)):
                yield contexte.anomalie(libelle, numero)


def _identite(sens: str, tiers_lu: Noeud) -> Iterator[str]:
    physique = tiers_lu.valeur("InfoTiers/CatTiers") == PERSONNE_PHYSIQUE
    complete = tiers_lu.valeur("InfoTiers/Civilite") and tiers_lu.valeur("InfoTiers/Prenom")
    partielle = tiers_lu.valeur("InfoTiers/Civilite") or tiers_lu.valeur("InfoTiers/Prenom")
    if physique and not complete:
        yield "civilité et prénom obligatoires pour une personne physique"
    if not physique and partielle and sens == DEPENSE:
        yield "civilité ou prénom interdits pour une personne morale"
    nature, identifiant = (tiers_lu.valeur(f"InfoTiers/{nom}") for nom in ("NatIdTiers", "IdTiers"))
    if bool(nature) != bool(identifiant):
        yield "identifiant du tiers et nature de l’identifiant vont ensemble"
    elif nature == "08" and not re.fullmatch(r"\d{9,10}", identifiant):
        yield f"RIDET {identifiant} invalide\u202f: 9 ou 10 chiffres attendus"


def _adresse(tiers_lu: Noeud) -> Iterator[str]:
    adresse = tiers_lu.premier("Adresse")
    if adresse is None:
        return
    if not re.fullmatch(r"\d{5}", adresse.valeur("CP")):
        yield "code postal invalide\u202f: 5 chiffres attendus"
    pays, non_resident = adresse.valeur("CodPays"), adresse.valeur("CodRes") in {"1", "true"}
    if non_resident and not pays:
        yield "code pays obligatoire pour un non-résident"
    if not non_resident and pays not in {"", "100"}:
        yield "code pays interdit pour un résident"


def compte_bancaire(contexte: Contexte) -> Iterator[Anomalie]:
    """Account present or absent as the mode de règlement wants, and its keys."""
    for numero, ligne in contexte.lignes():
        mode = ligne.valeur(f"BlocLignePiece/{contexte.nom_info}/ModRegl")
        comptes = ligne.tous("Tiers/CpteBancaire")
        if mode in COMPTE_OBLIGATOIRE and not comptes:
            yield contexte.anomalie("compte bancaire obligatoire pour ce mode", numero)
        if mode in COMPTE_INTERDIT and comptes:
            yield contexte.anomalie("compte bancaire interdit pour ce mode", numero)
        for compte in comptes:
            if not _cles_valides(compte):
                yield contexte.anomalie("clé RIB ou IBAN invalide", numero)


def _cles_valides(compte: Noeud) -> bool:
    iban = compte.valeur("IBAN")
    if iban:
        return iban_est_valide(iban)
    return rib_est_valide(
        *(compte.valeur(nom) for nom in ("CodeEtab", "CodeGuic", "IdCpte", "CleRib"))
    )


def majoration(contexte: Contexte) -> Iterator[Anomalie]:
    """Majo 1 needs its date, its rate and the pièce it raises; Majo 0 forbids them (recette)."""
    for numero, ligne in contexte.lignes():
        bloc = f"BlocLignePiece/{contexte.nom_info}"
        majoree = ligne.valeur(f"{bloc}/Majo") in {"1", "true"}
        presents = [bool(ligne.valeur(f"{bloc}/{nom}")) for nom in ("DteMajo", "TxMajo")]
        if (majoree and not all(presents)) or (not majoree and any(presents)):
            yield contexte.anomalie("date et taux de majoration incohérents avec Majo", numero)


REGLES: tuple[Callable[[Contexte], Iterator[Anomalie]], ...] = (
    triplet,
    rattachement,
    lignes_en_double,
    tiers,
    compte_bancaire,
    majoration,
)
