"""The references of P12 and P13: the same checks row by row, the same rows by plain upserts."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from django.db import connection, transaction

from facturier.acces.models import Utilisateur
from facturier.commun.banque import lire_rib, normaliser_iban
from facturier.commun.pays import code_postal_de, ecart_de_pays, lire_pays
from facturier.commun.ridet import normaliser
from facturier.commun.telephone import normaliser as normaliser_telephone
from fournisseurs.journal import consigner_lot
from fournisseurs.reprise.colonnes import MOTIF, TIERS
from fournisseurs.reprise.controle import CIVILITES, LONGUEURS, ROLES
from fournisseurs.reprise.ecriture import tracer
from fournisseurs.reprise.moteurs import verser
from fournisseurs.reprise.mots import mots_de

INTERDIT = re.compile(r"[\x00-\x1f\x7f\ufffd]")
LOCAL = re.compile(r"[2-57-9][0-9]{5}")
COURRIEL = re.compile(r"(?:[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?")
BIC = re.compile(r"(?:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)?")
COMPACT = re.compile(r"[\s.\-/]+")
RIB = (("rib_banque", 5), ("rib_guichet", 5), ("rib_compte", 11), ("rib_cle", 2))


def accepter(chemin: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a well-formed CSV that hold, normalised."""
    vues: set[str] = set()
    with chemin.open(encoding="utf-8", newline="") as fichier:
        premiere = next(csv.reader(fichier, delimiter=";"))
        lecteur = csv.DictReader(fichier, TIERS.nommer(premiere), delimiter=";", restval="")
        for cellules in lecteur:
            if cellules.get(None):
                continue
            ligne = dict.fromkeys(TIERS.noms, "") | {
                nom: valeur.strip() for nom, valeur in cellules.items() if nom
            }
            if _tient(ligne) and ligne["ridet"] not in vues:
                vues.add(ligne["ridet"])
                yield ligne


def _tient(ligne: dict[str, str]) -> bool:
    try:
        return _textes(ligne) and _identite(ligne) and _adresse(ligne) and _compte(ligne)
    except ValueError:  # as RIDET, RIB, telephone and country are told wrong
        return False


def _textes(ligne: dict[str, str]) -> bool:
    return (
        not any(v.startswith(("=", "@")) or INTERDIT.search(v) for v in ligne.values())
        and all(len(ligne[nom]) <= longueur for nom, longueur in LONGUEURS.items())
        and all(ligne[nom] for nom in ("nom", "adresse_voie", "ville"))
    )


def _identite(ligne: dict[str, str]) -> bool:
    ligne["ridet"] = normaliser(ligne["ridet"])
    ligne["rid"] = ligne["ridet"][:7]
    ligne["code"] = ligne["code"] or ligne["rid"]
    role = ligne["role"].lower().replace("é", "e")
    civilite = ligne["civilite"].lower()
    ligne["civilite"] = CIVILITES.get(civilite, "")
    return (
        role in ROLES
        and bool(civilite) == bool(ligne["civilite"])
        and bool(civilite) == bool(ligne["prenom"])
    )


def _adresse(ligne: dict[str, str]) -> bool:
    telephone = COMPACT.sub("", ligne["telephone"])
    if LOCAL.fullmatch(telephone):
        telephone = f"+687{telephone}"
    elif telephone:
        telephone = normaliser_telephone(telephone)
    ligne["telephone"] = telephone
    ligne["courriel"] = ligne["courriel"].lower()
    ligne["pays"] = pays = lire_pays(ligne["pays"])
    ligne["code_postal"] = code = code_postal_de(ligne["code_postal"], pays)
    return (
        ecart_de_pays(code, pays) is None
        and len(code) == 5
        and code.isdigit()
        and COURRIEL.fullmatch(ligne["courriel"]) is not None
    )


def _compte(ligne: dict[str, str]) -> bool:
    parties = [COMPACT.sub("", ligne[nom]).upper() for nom, _ in RIB]
    rib = COMPACT.sub("", ligne["rib"]).upper()
    if not rib and any(parties):
        rib = "".join(
            partie.zfill(longueur) for partie, (_, longueur) in zip(parties, RIB, strict=True)
        )
    iban = normaliser_iban(ligne["iban"]) if ligne["iban"] else ""
    if rib:
        lu = lire_rib(rib)
        if iban and iban[4:] != str(lu):
            return False
        iban = iban or lu.iban
    ligne["iban"] = iban
    ligne["bic"] = COMPACT.sub("", ligne["bic"]).upper()
    return BIC.fullmatch(ligne["bic"]) is not None


INDEXEES = ("nom", "code", "ridet", "rid", "ville")
ADRESSE = "adresse_complement, adresse_voie, code_postal, ville, telephone, courriel"
NOUVELLE = ", ".join(f"{nom} = excluded.{nom}" for nom in ADRESSE.split(", "))
UPSERTS = (
    """INSERT INTO grand_livre_tiers (code, nom, prenom, civilite, categorie, nature_juridique,
        ridet)
    SELECT code, nom, prenom, civilite, '50', '03', ridet FROM mesure_tiers
    ON CONFLICT (code) DO UPDATE SET nom = excluded.nom, prenom = excluded.prenom,
        civilite = excluded.civilite, ridet = excluded.ridet""",
    f"""INSERT INTO fournisseurs_fournisseur (tiers_id, rid, nom_commercial, est_creancier,
        est_debiteur, etat, cree_le, pays, {ADRESSE})
    SELECT t.id, l.rid, '', l.est_creancier, l.est_debiteur, 'actif', now(), '', {ADRESSE}
    FROM mesure_tiers l JOIN grand_livre_tiers t USING (code)
    ON CONFLICT (tiers_id) DO UPDATE SET rid = excluded.rid,
        est_creancier = excluded.est_creancier, est_debiteur = excluded.est_debiteur,
        {NOUVELLE}""",  # noqa: S608
    f"""INSERT INTO fournisseurs_etablissement (fournisseur_id, ridet, denomination, cree_le,
        pays, {ADRESSE})
    SELECT f.id, l.ridet, l.nom, now(), '', {", ".join(f"l.{nom}" for nom in ADRESSE.split(", "))}
    FROM mesure_tiers l JOIN fournisseurs_fournisseur f USING (rid)
    ON CONFLICT (ridet) DO UPDATE SET denomination = excluded.denomination, {NOUVELLE}""",  # noqa: S608
)
COMPTES = """INSERT INTO fournisseurs_coordonneesbancaires (fournisseur_id, iban, bic, titulaire,
        origine, verifiee_par_id, verifiee_le, debut)
    SELECT f.id, l.iban, l.bic, l.titulaire, 'import', %s, now(), current_date
    FROM mesure_tiers l JOIN fournisseurs_fournisseur f USING (rid)
    ON CONFLICT DO NOTHING RETURNING id, fournisseur_id, iban"""
MOTS = """INSERT INTO fournisseurs_motfournisseur (fournisseur_id, mot, est_principal)
    SELECT f.id, m.mot, bool_or(m.est_principal)
    FROM mesure_mots m JOIN fournisseurs_fournisseur f USING (rid) GROUP BY 1, 2
    ON CONFLICT DO NOTHING"""


def verser_tout(lignes: pd.DataFrame, par: Utilisateur) -> None:
    """COPY the rows, then one INSERT … ON CONFLICT a table; words and journal as the product."""
    with transaction.atomic(), connection.cursor() as curseur:
        tables = {"mesure_tiers": lignes.drop(columns=MOTIF), "mesure_mots": _mots(lignes)}
        for table, cadre in tables.items():
            types = {"bool": "boolean", "int64": "bigint"}
            colonnes = (f"{nom} {types.get(str(cadre[nom].dtype), 'text')}" for nom in cadre)
            curseur.execute(f"CREATE TEMPORARY TABLE {table} ({', '.join(colonnes)})")
            verser(table, cadre)
        for upsert in UPSERTS:
            curseur.execute(upsert)
        curseur.execute(COMPTES, [par.pk])
        consigner_lot([tracer(cle, f, iban, "", par=par) for cle, f, iban in curseur.fetchall()])
        curseur.execute(MOTS)
        curseur.execute("DROP TABLE mesure_tiers, mesure_mots")


def _mots(lignes: pd.DataFrame) -> pd.DataFrame:
    parties = [mots_de(lignes[nom]).assign(est_principal=nom != "ville") for nom in INDEXEES]
    mots = pd.concat(parties)
    return mots.assign(rid=lignes["rid"].reindex(mots.index))
