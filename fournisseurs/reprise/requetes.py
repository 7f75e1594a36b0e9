"""The statements that write a slice of tiers, the same on both engines.

The rows wait in `reprise_ligne`, what is known of each in `reprise_resolue`, the accounts to open
in `reprise_compte`: three temporary tables, emptied for each slice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from facturier.grand_livre.models import CategorieTiers, NatureJuridique, Tiers
from fournisseurs.models import (
    ETATS_OUVERTS,
    GENRES_COMPTE,
    CoordonneesBancaires,
    DemandeModification,
    Etablissement,
    EtatFournisseur,
    Fournisseur,
)
from fournisseurs.reprise.moteurs import cle_neuve

TIERS = Tiers._meta.db_table
FICHE = Fournisseur._meta.db_table
ETABLISSEMENT = Etablissement._meta.db_table
COMPTE = CoordonneesBancaires._meta.db_table
DEMANDE = DemandeModification._meta.db_table
FUSIONNE = EtatFournisseur.FUSIONNE
IMPORT = CoordonneesBancaires.Origine.IMPORT
IDENTITE = ("nom", "prenom", "civilite")
OBLIGATOIRES = ("adresse_voie", "code_postal", "ville", "pays")
FACULTATIFS = ("adresse_complement", "telephone", "courriel")
ADRESSE = (*OBLIGATOIRES, *FACULTATIFS)
TEXTES = ("ridet", "rid", "code", *IDENTITE, *ADRESSE, "iban", "bic", "titulaire")
BASE = (TIERS, FICHE, ETABLISSEMENT, COMPTE)  # what the rows are compared with
LIGNE = "reprise_ligne"
RESOLUE = "reprise_resolue"
COMPTES = "reprise_compte"
TABLES = (
    f"""CREATE TEMPORARY TABLE IF NOT EXISTS {LIGNE} (
        ligne integer PRIMARY KEY, est_premiere boolean NOT NULL,
        est_creancier boolean NOT NULL, est_debiteur boolean NOT NULL,
        {", ".join(f"{nom} text NOT NULL" for nom in TEXTES)})""",
    f"""CREATE TEMPORARY TABLE IF NOT EXISTS {RESOLUE} (
        ligne integer PRIMARY KEY, tiers_id bigint, fournisseur_id bigint, etablissement_id bigint,
        est_tiers_neuf boolean, est_fiche_neuve boolean, est_etablissement_neuf boolean,
        est_principale boolean, change_tiers boolean, change_fiche boolean,
        change_etablissement boolean, change_compte boolean, motif text, est_remise boolean)""",
    f"""CREATE TEMPORARY TABLE IF NOT EXISTS {COMPTES} (
        id bigint PRIMARY KEY, ligne integer, fournisseur_id bigint, etablissement_id bigint,
        ancien_id bigint, ancien_iban text, iban text, bic text, titulaire text)""",
    # Both sides of each join have an index: no plan can compare all rows with all rows.
    f"CREATE INDEX IF NOT EXISTS reprise_resolue_tiers ON {RESOLUE} (tiers_id)",
    f"CREATE INDEX IF NOT EXISTS reprise_resolue_fiche ON {RESOLUE} (fournisseur_id)",
    f"CREATE INDEX IF NOT EXISTS reprise_resolue_etablissement ON {RESOLUE} (etablissement_id)",
    f"CREATE INDEX IF NOT EXISTS reprise_compte_ancien ON {COMPTES} (ancien_id)",
    f"CREATE INDEX IF NOT EXISTS reprise_compte_ligne ON {COMPTES} (ligne)",
)


def _liste(codes: Iterable[str]) -> str:
    """Return codes of ours as the list of an IN."""
    return ", ".join(f"'{code}'" for code in codes)


def _differe(table: str, ligne: str = "l") -> str:
    """Tell whether the address of a row is another; an optional cell left empty says nothing."""
    obligatoires = [f"{table}.{nom} <> {ligne}.{nom}" for nom in OBLIGATOIRES]
    facultatifs = [
        f"({ligne}.{nom} <> '' AND {table}.{nom} <> {ligne}.{nom})" for nom in FACULTATIFS
    ]
    return f"({' OR '.join([*obligatoires, *facultatifs])})"


def _affecter(table: str, ligne: str = "l") -> str:
    """Set the address of a row; an optional cell left empty erases nothing."""
    obligatoires = [f"{nom} = {ligne}.{nom}" for nom in OBLIGATOIRES]
    facultatifs = [
        f"{nom} = CASE WHEN {ligne}.{nom} <> '' THEN {ligne}.{nom} ELSE {table}.{nom} END"
        for nom in FACULTATIFS
    ]
    return ", ".join([*obligatoires, *facultatifs])


# The condition of the index of RIDs, in its own words: SQLite recognises no others. The few tiers
# that were merged are read once a slice.
VIVANTE = f"NOT (fv.rid = '') AND NOT (fv.etat = '{FUSIONNE}')"
# What the base knows of each row: by établissement, then RID, RIDET of the tiers, code.
TROUVEES = f"""
    SELECT l.ligne, e.id AS etablissement_id, tr.id AS tiers_du_ridet,
        fv.id AS fiche_du_rid,
        CASE WHEN fe.id IS NOT NULL THEN fe.id WHEN fr.id IS NOT NULL THEN fr.id
             WHEN tr.id IS NOT NULL THEN ftr.id ELSE ftc.id END AS fournisseur_id,
        CASE WHEN fe.id IS NOT NULL THEN fe.tiers_id WHEN fr.id IS NOT NULL THEN fr.tiers_id
             WHEN tr.id IS NOT NULL THEN tr.id ELSE tc.id END AS tiers_id
    FROM {LIGNE} l
    LEFT JOIN {ETABLISSEMENT} e ON e.ridet = l.ridet
    LEFT JOIN {FICHE} fe ON fe.id = e.fournisseur_id
    LEFT JOIN {FICHE} fv ON fv.rid = l.rid AND {VIVANTE}
    LEFT JOIN (SELECT rid, max(id) AS id FROM {FICHE} WHERE etat = '{FUSIONNE}' GROUP BY rid) fm
        ON fm.rid = l.rid AND l.rid <> ''
    LEFT JOIN {FICHE} fr ON fr.id = coalesce(fv.id, fm.id)
    LEFT JOIN {TIERS} tr ON tr.ridet = l.ridet AND tr.ridet <> '' AND tr.absorbe_par_id IS NULL
    LEFT JOIN {FICHE} ftr ON ftr.tiers_id = tr.id
    LEFT JOIN {TIERS} tc ON tc.code = l.code
    LEFT JOIN {FICHE} ftc ON ftc.tiers_id = tc.id"""  # noqa: S608
# A tiers that was merged gives way to the one that was kept.
GARDEES = f"""
    SELECT t.ligne, t.etablissement_id, t.tiers_du_ridet, t.fiche_du_rid,
        coalesce(x.absorbe_par_id, t.tiers_id) AS tiers_id,
        CASE WHEN x.absorbe_par_id IS NULL THEN t.fournisseur_id ELSE fg.id END AS fournisseur_id
    FROM trouvees t LEFT JOIN {TIERS} x ON x.id = t.tiers_id
    LEFT JOIN {FICHE} fg ON fg.tiers_id = x.absorbe_par_id"""  # noqa: S608
# Which rows speak for the whole tiers: that of its RIDET, or the first when it has none.
SITUEES = f"""
    SELECT l.*, t.etablissement_id, t.tiers_du_ridet, t.fiche_du_rid, t.fournisseur_id, t.tiers_id,
        (x.id IS NULL OR l.ridet IN ('', x.ridet)
         OR (x.ridet = '' AND l.ligne = min(l.ligne) OVER (PARTITION BY t.tiers_id)))
            AS est_principale
    FROM gardees t JOIN {LIGNE} l ON l.ligne = t.ligne
    LEFT JOIN {TIERS} x ON x.id = t.tiers_id"""  # noqa: S608
RESOUDRE = f"""
INSERT INTO {RESOLUE} (ligne, tiers_id, fournisseur_id, etablissement_id, est_tiers_neuf,
    est_fiche_neuve, est_etablissement_neuf, est_principale, change_tiers, change_fiche,
    change_etablissement, change_compte, motif, est_remise)
WITH trouvees AS ({TROUVEES}), gardees AS ({GARDEES}), situees AS ({SITUEES})
SELECT l.ligne, coalesce(l.tiers_id, {{cle_tiers}}), coalesce(l.fournisseur_id, {{cle_fiche}}),
    CASE WHEN l.ridet = '' THEN NULL ELSE coalesce(l.etablissement_id, {{cle_etablissement}}) END,
    l.tiers_id IS NULL, l.fournisseur_id IS NULL, l.ridet <> '' AND l.etablissement_id IS NULL,
    l.est_principale,
    l.tiers_id IS NOT NULL AND l.est_principale AND
        ({" OR ".join(f"x.{nom} <> l.{nom}" for nom in IDENTITE)}
         OR (l.ridet <> '' AND x.ridet <> l.ridet)),
    l.fournisseur_id IS NOT NULL AND ((l.est_creancier AND NOT f.est_creancier)
        OR (l.est_debiteur AND NOT f.est_debiteur) OR (l.rid <> '' AND f.rid = '')
        OR (l.est_principale AND {_differe("f")})),
    l.etablissement_id IS NOT NULL AND (e.denomination <> l.nom OR {_differe("e")}),
    FALSE,
    CASE
    WHEN l.rid <> '' AND f.rid <> '' AND f.rid <> l.rid AND l.etablissement_id IS NULL THEN
        'Le code ' || l.code || ' est déjà celui d’une autre entreprise (RID ' || f.rid || ').'
    WHEN l.tiers_id IS NOT NULL AND l.code <> x.code AND l.code <> l.rid THEN
        'Cette entreprise est déjà connue sous le code ' || x.code || '.'
    WHEN l.tiers_du_ridet <> l.tiers_id OR l.fiche_du_rid <> l.fournisseur_id THEN
        'Deux tiers connus répondent à ce RIDET : rapprochez-les d’abord.'
    WHEN (x.categorie = '{CategorieTiers.PERSONNE_PHYSIQUE}') <> (l.prenom <> '') THEN
        'Le tiers ' || x.code || CASE WHEN l.prenom = '' THEN ' est une personne physique'
        ELSE ' est une personne morale' END || ' : la civilité et le prénom le contredisent.'
    WHEN l.est_principale AND l.tiers_id IS NOT NULL AND row_number() OVER
        (PARTITION BY l.tiers_id, l.est_principale ORDER BY l.ligne) > 1 THEN
        'Une ligne précédente du fichier donne déjà ce tiers.'
    WHEN l.iban <> '' AND c.iban <> l.iban AND c.origine <> '{IMPORT}' THEN
        'Le compte diffère de celui qu’un agent a vérifié : un changement de compte se demande par '
        || 'le fournisseur, pas par un import.'
    WHEN l.iban <> '' AND coalesce(c.iban, '') <> l.iban AND EXISTS (
        SELECT 1 FROM {DEMANDE} d WHERE d.fournisseur_id = l.fournisseur_id
        AND d.genre IN ({_liste(GENRES_COMPTE)}) AND d.etat IN ({_liste(ETATS_OUVERTS)})) THEN
        'Une demande de changement de compte attend une décision : traitez-la d’abord.'
    WHEN l.iban <> '' AND l.fournisseur_id IS NOT NULL AND coalesce(c.iban, '') <> l.iban
        AND NOT %(est_confirme)s THEN
        'Le compte n’est pas celui qui est en vigueur : un second agent doit confirmer l’import.'
    ELSE '' END,
    l.fournisseur_id IS NULL AND NOT l.est_premiere
FROM situees l
LEFT JOIN {TIERS} x ON x.id = l.tiers_id
LEFT JOIN {FICHE} f ON f.id = l.fournisseur_id
LEFT JOIN {ETABLISSEMENT} e ON e.id = l.etablissement_id
LEFT JOIN {COMPTE} c ON c.id = (
    SELECT v.id FROM {COMPTE} v WHERE v.fournisseur_id = l.fournisseur_id AND v.fin IS NULL
    AND (v.etablissement_id IS NULL OR (v.etablissement_id = l.etablissement_id
         AND NOT l.est_principale))
    ORDER BY v.etablissement_id IS NULL LIMIT 1)
"""  # noqa: S608
PRISES = (
    f"""{LIGNE} l JOIN {RESOLUE} r ON r.ligne = l.ligne AND r.motif = '' AND NOT r.est_remise"""
)

CHANGER_TIERS = f"""
UPDATE {TIERS} SET {", ".join(f"{nom} = l.{nom}" for nom in IDENTITE)},
    ridet = CASE WHEN l.ridet <> '' THEN l.ridet ELSE {TIERS}.ridet END
FROM {PRISES} WHERE r.tiers_id = {TIERS}.id AND r.change_tiers"""  # noqa: S608
CHANGER_QUALITES = f"""
UPDATE {FICHE} SET est_creancier = {FICHE}.est_creancier OR g.creancier = 1,
    est_debiteur = {FICHE}.est_debiteur OR g.debiteur = 1,
    rid = CASE WHEN {FICHE}.rid = '' THEN g.rid ELSE {FICHE}.rid END
FROM (SELECT r.fournisseur_id, max(CASE WHEN l.est_creancier THEN 1 ELSE 0 END) AS creancier,
             max(CASE WHEN l.est_debiteur THEN 1 ELSE 0 END) AS debiteur, max(l.rid) AS rid
      FROM {PRISES} WHERE r.change_fiche GROUP BY r.fournisseur_id) g
WHERE g.fournisseur_id = {FICHE}.id"""  # noqa: S608
CHANGER_FICHE = f"""
UPDATE {FICHE} SET {_affecter(FICHE)}
FROM {PRISES}
WHERE r.fournisseur_id = {FICHE}.id AND r.change_fiche AND r.est_principale"""  # noqa: S608
CHANGER_ETABLISSEMENT = f"""
UPDATE {ETABLISSEMENT} SET denomination = l.nom, {_affecter(ETABLISSEMENT)}
FROM {PRISES}
WHERE r.etablissement_id = {ETABLISSEMENT}.id AND r.change_etablissement"""  # noqa: S608
# The main accounts first: that of an établissement is kept only when it differs from them.
CHOISIR_COMPTES = f"""
INSERT INTO {COMPTES} (id, ligne, fournisseur_id, etablissement_id, ancien_id, ancien_iban, iban,
    bic, titulaire)
SELECT {{cle_compte}}, k.* FROM (
    SELECT l.ligne, r.fournisseur_id,
        CASE WHEN r.est_principale THEN NULL ELSE r.etablissement_id END, c.id,
        coalesce(c.iban, ''), l.iban,
        CASE WHEN l.bic <> '' THEN l.bic WHEN c.iban = l.iban THEN c.bic ELSE '' END,
        CASE WHEN l.titulaire <> '' THEN l.titulaire WHEN c.iban = l.iban THEN c.titulaire
             ELSE substr(l.nom, 1, 32) END
    FROM {PRISES}
    LEFT JOIN {COMPTE} c ON c.fournisseur_id = r.fournisseur_id AND c.fin IS NULL
        AND {{du_meme}}
    WHERE l.iban <> '' AND {{lesquelles}} AND CASE WHEN c.id IS NULL
        THEN {{sans_compte}}
        ELSE c.origine = '{IMPORT}' AND (c.iban <> l.iban OR (l.bic <> '' AND c.bic <> l.bic)
             OR (l.titulaire <> '' AND c.titulaire <> l.titulaire)) END
    ORDER BY l.ligne) k"""  # noqa: S608
COMPTES_PRINCIPAUX = {
    "du_meme": "c.etablissement_id IS NULL",
    "lesquelles": "r.est_principale",
    "sans_compte": "TRUE",
}
COMPTES_PROPRES = {
    "du_meme": f"""c.etablissement_id = r.etablissement_id
    LEFT JOIN {COMPTE} p ON p.fournisseur_id = r.fournisseur_id AND p.fin IS NULL
        AND p.etablissement_id IS NULL""",
    "lesquelles": "NOT r.est_principale",
    "sans_compte": "(p.id IS NULL OR p.iban <> l.iban)",
}
FINIR_COMPTES = f"""
UPDATE {COMPTE} SET fin = CASE WHEN debut > %(jour)s THEN debut ELSE %(jour)s END
FROM {COMPTES} k
WHERE k.ancien_id IS NOT NULL AND k.ancien_id = {COMPTE}.id AND {COMPTE}.fin IS NULL"""  # noqa: S608
MARQUER_COMPTES = f"""
UPDATE {RESOLUE} SET change_compte = TRUE FROM {COMPTES} k WHERE k.ligne = {RESOLUE}.ligne"""  # noqa: S608
COMPTER = f"""
SELECT coalesce(sum(CASE WHEN r.est_fiche_neuve OR r.est_etablissement_neuf THEN 1 ELSE 0 END), 0),
    coalesce(sum(CASE WHEN NOT (r.est_fiche_neuve OR r.est_etablissement_neuf)
        AND (r.change_tiers OR r.change_fiche OR r.change_etablissement OR r.change_compte)
        THEN 1 ELSE 0 END), 0), count(*),
    coalesce(sum(CASE WHEN r.change_compte AND NOT r.est_fiche_neuve THEN 1 ELSE 0 END), 0)
FROM {PRISES}"""  # noqa: S608
ECARTEES = f"SELECT ligne, motif FROM {RESOLUE} WHERE motif <> '' AND NOT est_remise"  # noqa: S608
REMISES = f"SELECT ligne FROM {RESOLUE} WHERE est_remise"  # noqa: S608
FICHES_NEUVES = f"SELECT r.ligne, r.fournisseur_id FROM {PRISES} WHERE r.est_fiche_neuve"  # noqa: S608
FICHES_CHANGEES = f"""
SELECT DISTINCT r.fournisseur_id FROM {PRISES} WHERE NOT r.est_fiche_neuve
    AND (r.change_tiers OR r.change_fiche OR r.change_etablissement OR r.est_etablissement_neuf)
    ORDER BY 1"""  # noqa: S608
COMPTES_OUVERTS = f"""
SELECT k.id, k.fournisseur_id, k.iban, k.ancien_iban
FROM {COMPTES} k ORDER BY k.ligne"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Insertion:
    """One INSERT … SELECT: the columns given by an expression, then the defaults of the model."""

    modele: type[models.Model]
    colonnes: dict[str, str]
    depuis: str

    def requete(self) -> tuple[str, dict[str, Any]]:
        """Return the statement and the values of the columns that no expression gives."""
        defauts: dict[str, Any] = {}
        for champ in self.modele._meta.concrete_fields:
            if champ.column not in self.colonnes:
                valeur = champ.get_db_prep_save(champ.get_default(), connection)
                defauts[f"defaut_{champ.column}"] = valeur
        expressions = [*self.colonnes.values(), *(f"%({nom})s" for nom in defauts)]
        noms = [*self.colonnes, *(nom.removeprefix("defaut_") for nom in defauts)]
        return (
            f"INSERT INTO {self.modele._meta.db_table} ({', '.join(noms)}) "  # noqa: S608
            f"SELECT {', '.join(expressions)} FROM {self.depuis}",
            defauts,
        )


def _de_la_ligne(*noms: str) -> dict[str, str]:
    return {nom: f"l.{nom}" for nom in noms}


INSERER_TIERS = Insertion(
    Tiers,
    {
        "id": "r.tiers_id",
        "categorie": f"CASE WHEN l.prenom <> '' THEN '{CategorieTiers.PERSONNE_PHYSIQUE}' "
        f"ELSE '{CategorieTiers.MORALE_PRIVEE}' END",
        "nature_juridique": f"CASE WHEN l.prenom <> '' THEN '{NatureJuridique.PARTICULIER}' "
        f"ELSE '{NatureJuridique.SOCIETE}' END",
        **_de_la_ligne("code", "ridet", *IDENTITE),
    },
    f"{PRISES} WHERE r.est_tiers_neuf",
)
INSERER_FICHES = Insertion(
    Fournisseur,
    {
        "id": "r.fournisseur_id",
        "tiers_id": "r.tiers_id",
        "cree_le": "%(maintenant)s",
        **_de_la_ligne("rid", "est_creancier", "est_debiteur", *ADRESSE),
    },
    f"{PRISES} WHERE r.est_fiche_neuve",
)
INSERER_ETABLISSEMENTS = Insertion(
    Etablissement,
    {
        "id": "r.etablissement_id",
        "fournisseur_id": "r.fournisseur_id",
        "denomination": "l.nom",
        "cree_le": "%(maintenant)s",
        **_de_la_ligne("ridet", *ADRESSE),
    },
    f"{PRISES} WHERE r.est_etablissement_neuf",
)
INSERER_COMPTES = Insertion(
    CoordonneesBancaires,
    {
        **{nom: f"k.{nom}" for nom in ("id", "fournisseur_id", "etablissement_id")},
        **{nom: f"k.{nom}" for nom in ("iban", "bic", "titulaire")},
        "origine": f"'{IMPORT}'",
        "verifiee_par_id": "%(par)s",
        "verifiee_le": "%(maintenant)s",
        "debut": "%(jour)s",
    },
    f"{COMPTES} k WHERE NOT EXISTS (SELECT 1 FROM {COMPTE} v WHERE v.id = k.id)",  # noqa: S608
)


def resoudre() -> str:
    """Return the statement that tells what is known of each row."""
    return RESOUDRE.format(
        cle_tiers=cle_neuve(TIERS, "l.ligne"),
        cle_fiche=cle_neuve(FICHE, "l.ligne"),
        cle_etablissement=cle_neuve(ETABLISSEMENT, "l.ligne"),
    )


def choisir_comptes(lesquels: dict[str, str]) -> str:
    """Return the statement that chooses the accounts to open."""
    return CHOISIR_COMPTES.format(cle_compte=cle_neuve(COMPTE, "k.ligne"), **lesquels)
