"""The words under which new tiers are found, made by columns.

The same words as `facturier.commun.recherche.mots_ranges`; a test gives both the same texts.
"""

import pandas as pd

from facturier.commun.recherche import mots_ranges
from fournisseurs.models import MotFournisseur
from fournisseurs.reprise.colonnes import LIGNE
from fournisseurs.reprise.moteurs import verser
from fournisseurs.reprise.texte import TEXTE

NUMEROS = ("rid", "ridet")
PRINCIPAUX = ("nom", "prenom", "code")


def indexer_lignes(lignes: pd.DataFrame, fiches: dict[int, int]) -> None:
    """Store the words of the suppliers just created; `fiches` gives their key by line."""
    if not fiches:
        return
    neuves = lignes[lignes[LIGNE].isin(fiches)]
    cles = neuves[LIGNE].map(fiches)
    mots = pd.concat(
        [
            *(mots_de(neuves[nom]).assign(est_principal=True) for nom in (*PRINCIPAUX, *NUMEROS)),
            mots_de(neuves["ville"]).assign(est_principal=False),
        ]
    )
    mots["fournisseur_id"] = cles.reindex(mots.index).to_numpy()
    # A word that names the tiers comes before the same one that names its place.
    uniques = mots.drop_duplicates(["fournisseur_id", "mot"])
    verser(MotFournisseur._meta.db_table, uniques[["fournisseur_id", "mot", "est_principal"]])


def mots_de(textes: "pd.Series[str]") -> pd.DataFrame:
    """Return the words of each text, in a column `mot`, under the index of the text."""
    pleins = textes[textes != ""]
    uniques = pleins.drop_duplicates()
    mots = pd.Series([sorted(mots_ranges(texte)) for texte in uniques], index=uniques.to_numpy())
    return pleins.map(mots).explode().dropna().astype(TEXTE).to_frame("mot")
