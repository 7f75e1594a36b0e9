"""The night check: everything is recomputed by another road than the one that wrote it.

Each check is a function that yields anomalies and never raises; `verifier()` runs the list.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

from facturier.grand_livre.models import Ecriture, Scellement
from facturier.grand_livre.scellement import (
    ORIGINE,
    empreinte_ecriture,
    lignes_par_ecriture,
)

TAILLE_LECTURE = 5_000


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Something that two roads do not tell alike: which check, on what, and how."""

    controle: str
    objet: str
    detail: str


def _lignes(sql: str) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as curseur:
        curseur.execute(sql)
        yield from curseur.fetchall()


def ecritures_desequilibrees() -> Iterator[Anomalie]:
    """Entries whose lines do not balance, or do not agree with their control totals."""
    for pk, debit, credit, nombre, total, annonce in _lignes(
        """
        SELECT e.id,
               coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END), 0),
               coalesce(sum(CASE l.sens WHEN 'C' THEN l.montant ELSE 0 END), 0),
               count(l.id), e.total, e.nombre_lignes
        FROM grand_livre_ecriture e
        LEFT JOIN grand_livre_ligneecriture l ON l.ecriture_id = e.id
        GROUP BY e.id, e.total, e.nombre_lignes
        HAVING coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE -l.montant END), 0) <> 0
            OR coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END), 0) <> e.total
            OR count(l.id) <> e.nombre_lignes
        """
    ):
        yield Anomalie(
            "equilibre",
            f"écriture {pk}",
            f"débit {debit}, crédit {credit}, {nombre} lignes ; "
            f"l’en-tête annonce {total} et {annonce} lignes",
        )


def ecritures_sans_objet(genre: str, justifies_par: Mapping[str, str]) -> Iterator[Anomalie]:
    """Entries that no fact justifies: `justifies_par` names, by event, the relation to the fact."""
    for evenement, relation in justifies_par.items():
        orphelines = Ecriture.objects.filter(evenement=evenement, **{f"{relation}__isnull": True})
        for pk, total in orphelines.values_list("pk", "total"):
            yield Anomalie(genre, f"écriture {pk}", f"« {evenement} » de {total} F sans objet")


def lignes_orphelines() -> Iterator[Anomalie]:
    """Lines without a header."""
    for pk, ecriture in _lignes(
        """
        SELECT l.id, l.ecriture_id FROM grand_livre_ligneecriture l
        LEFT JOIN grand_livre_ecriture e ON e.id = l.ecriture_id WHERE e.id IS NULL
        """
    ):
        yield Anomalie("orpheline", f"ligne {pk}", f"l’écriture {ecriture} n’existe pas")


def chaine_rompue() -> Iterator[Anomalie]:
    """Numbers with a gap, and digests that the content of an entry no longer gives."""
    chaines = Scellement.objects.order_by().values_list("exercice_id", "journal_id").distinct()
    for exercice, journal in sorted(chaines):
        yield from _verifier_chaine(exercice, journal)


def _verifier_chaine(exercice: int, journal: str) -> Iterator[Anomalie]:
    precedente, attendu = ORIGINE, 1
    while lot := list(
        Scellement.objects.filter(exercice=exercice, journal=journal, numero__gte=attendu)
        .select_related("ecriture")
        .order_by("numero")[:TAILLE_LECTURE]
    ):
        lignes = lignes_par_ecriture([s.ecriture_id for s in lot])
        for scellement in lot:
            if scellement.numero != attendu:
                yield Anomalie(
                    "numerotation",
                    f"journal {journal} {exercice}",
                    f"le numéro {attendu} manque avant le {scellement.numero}",
                )
            empreinte = empreinte_ecriture(
                scellement.ecriture,
                lignes[scellement.ecriture_id],
                precedente,
                scellement.numero,
            )
            if empreinte != scellement.empreinte:
                yield Anomalie(
                    "chaine",
                    f"écriture {scellement.ecriture_id}",
                    f"n° {scellement.numero} du journal {journal} {exercice} : "
                    "le contenu a changé depuis le scellement",
                )
            precedente, attendu = scellement.empreinte, scellement.numero + 1


def ecritures_ni_scellees_ni_en_attente() -> Iterator[Anomalie]:
    """Entries that the sealing task will never see, or has left in its queue."""
    for pk, est_scellee in _lignes(
        """
        SELECT e.id, s.ecriture_id IS NOT NULL FROM grand_livre_ecriture e
        LEFT JOIN grand_livre_scellement s ON s.ecriture_id = e.id
        LEFT JOIN grand_livre_attentescellement a ON a.ecriture_id = e.id
        WHERE (s.ecriture_id IS NULL) = (a.ecriture_id IS NULL)
        """
    ):
        detail = "scellée et encore en attente" if est_scellee else "ni scellée ni en attente"
        yield Anomalie("scellement", f"écriture {pk}", detail)


def soldes_faux() -> Iterator[Anomalie]:
    """Snapshots that differ from the sum of the sealed lines, day by day."""
    for numero, exercice, jour, debit, credit, debit_lu, credit_lu in _lignes(
        """
        SELECT c.numero, c.exercice_id, m.jour, sum(m.d), sum(m.c), sum(m.sd), sum(m.sc)
        FROM (
            SELECT l.compte_id, e.date_comptable AS jour,
                   CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END AS d,
                   CASE l.sens WHEN 'C' THEN l.montant ELSE 0 END AS c, 0 AS sd, 0 AS sc
            FROM grand_livre_scellement s
            JOIN grand_livre_ecriture e ON e.id = s.ecriture_id
            JOIN grand_livre_ligneecriture l ON l.ecriture_id = e.id
            UNION ALL
            SELECT compte_id, jour, 0, 0, debit, credit FROM grand_livre_solde
        ) m
        JOIN grand_livre_compte c ON c.id = m.compte_id
        GROUP BY c.numero, c.exercice_id, m.jour
        HAVING sum(m.d) <> sum(m.sd) OR sum(m.c) <> sum(m.sc)
        """
    ):
        yield Anomalie(
            "solde",
            f"compte {numero} ({exercice}) au {jour}",
            f"lignes : débit {debit}, crédit {credit} ; solde tenu : {debit_lu}, {credit_lu}",
        )


def contrepassations_inexactes() -> Iterator[Anomalie]:
    """Reversals that are not the exact mirror of what they reverse."""
    for pk, origine in _lignes(
        """
        SELECT e.id, e.contrepasse_id FROM grand_livre_ecriture e
        WHERE e.contrepasse_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM grand_livre_ligneecriture l
            JOIN grand_livre_compte c ON c.id = l.compte_id
            WHERE l.ecriture_id IN (e.id, e.contrepasse_id)
            GROUP BY c.numero, coalesce(l.tiers_id, 0), coalesce(l.piece_id, 0)
            HAVING sum(CASE l.sens WHEN 'D' THEN l.montant ELSE -l.montant END) <> 0
        )
        """
    ):
        yield Anomalie(
            "contrepassation", f"écriture {pk}", f"n’annule pas exactement l’écriture {origine}"
        )


def pieces_sans_ecriture() -> Iterator[Anomalie]:
    """Pièces whose lines, amounts and entry of issue do not say the same total."""
    for exercice, sens, numero, montant, en_lignes, en_ecriture in _lignes(
        """
        SELECT * FROM (
            SELECT p.exercice_id, p.sens, p.numero, p.montant_ht + p.montant_tgc AS montant,
                   (SELECT coalesce(sum(l.montant_ht + l.montant_tgc), 0)
                    FROM grand_livre_lignepiece l WHERE l.piece_id = p.id) AS en_lignes,
                   (SELECT coalesce(sum(e.total), 0) FROM grand_livre_ecriture e
                    WHERE e.cle = CASE p.sens WHEN 'depense' THEN 'mandatement-' ELSE 'titre-' END
                                  || CAST(p.id AS text)) AS en_ecriture
            FROM grand_livre_piece p
        ) t
        WHERE montant <> en_lignes OR montant <> en_ecriture
        """
    ):
        yield Anomalie(
            "piece",
            f"pièce de {sens} {exercice}-{numero}",
            f"montant {montant}, lignes {en_lignes}, écriture {en_ecriture}",
        )


def pieces_soldees_a_tort() -> Iterator[Anomalie]:
    """Mandats paid that still owe, and pièces rejected or cancelled whose debt was not reversed.

    A cancelled titre may be overpaid: what was collected before is owed back.
    """
    for exercice, sens, numero, etat, reste in _lignes(
        """
        SELECT * FROM (
            SELECT p.exercice_id, p.sens, p.numero, p.etat, coalesce(sum(
                CASE WHEN (l.sens = 'C') = (p.sens = 'depense') THEN l.montant ELSE -l.montant END
            ), 0) AS reste
            FROM grand_livre_piece p
            LEFT JOIN grand_livre_ligneecriture l ON l.piece_id = p.id AND l.tiers_id IS NOT NULL
            WHERE p.etat IN ('rejetee', 'annulee') OR (p.sens = 'depense' AND p.etat = 'payee')
            GROUP BY p.id, p.exercice_id, p.sens, p.numero, p.etat
        ) t
        WHERE reste > 0 OR (sens = 'depense' AND reste <> 0)
        ORDER BY exercice_id, sens, numero
        """
    ):
        yield Anomalie(
            "reste_du",
            f"pièce de {sens} {exercice}-{numero}",
            f"état « {etat} », mais il reste {reste} F au grand livre",
        )


def parts_cedees_inexactes() -> Iterator[Anomalie]:
    """Mandats whose parts seized or assigned are not what their entry credits to others."""
    for exercice, numero, tiers, en_parts, en_ecriture in _lignes(
        """
        SELECT p.exercice_id, p.numero, t.tiers, sum(t.part), sum(t.credit) FROM (
            SELECT l.piece_id AS piece, c.tiers_id AS tiers, c.montant AS part, 0 AS credit
            FROM grand_livre_partcedee c JOIN grand_livre_lignepiece l ON l.id = c.ligne_id
            UNION ALL
            SELECT le.piece_id, le.tiers_id, 0, le.montant
            FROM grand_livre_ecriture e
            JOIN grand_livre_ligneecriture le ON le.ecriture_id = e.id
            JOIN grand_livre_piece pi ON pi.id = le.piece_id
            WHERE e.evenement = 'mandatement' AND le.tiers_id <> pi.tiers_id
        ) t
        JOIN grand_livre_piece p ON p.id = t.piece
        GROUP BY p.exercice_id, p.numero, t.tiers
        HAVING sum(t.part) <> sum(t.credit)
        ORDER BY p.exercice_id, p.numero, t.tiers
        """
    ):
        yield Anomalie(
            "part_cedee",
            f"mandat {exercice}-{numero}",
            f"tiers {tiers} : parts cédées {en_parts}, écriture {en_ecriture}",
        )


def deductions_inexactes() -> Iterator[Anomalie]:
    """Mandats whose deductions are not what their entry withholds from their tiers."""
    for exercice, numero, deduit, en_ecriture in _lignes(
        """
        SELECT p.exercice_id, p.numero, t.deduit, t.credit FROM (
            SELECT d.piece, sum(d.deduit) AS deduit, sum(d.credit) AS credit FROM (
                SELECT l.piece_id AS piece, c.montant AS deduit, 0 AS credit
                FROM grand_livre_deduction c JOIN grand_livre_lignepiece l ON l.id = c.ligne_id
                UNION ALL
                SELECT CAST(substr(e.cle, 13) AS bigint), 0, le.montant
                FROM grand_livre_ecriture e
                JOIN grand_livre_ligneecriture le ON le.ecriture_id = e.id
                WHERE e.evenement = 'mandatement' AND le.sens = 'C'
                    AND le.tiers_id IS NOT NULL AND le.piece_id IS NULL
            ) d GROUP BY d.piece
        ) t
        JOIN grand_livre_piece p ON p.id = t.piece
        WHERE t.deduit <> t.credit
        ORDER BY p.exercice_id, p.numero
        """
    ):
        yield Anomalie(
            "deduction",
            f"mandat {exercice}-{numero}",
            f"déductions {deduit}, écriture {en_ecriture}",
        )


def lettrages_inexacts() -> Iterator[Anomalie]:
    """Lettrages whose lines do not settle each other, or are of another account or tiers."""
    for pk, debit, credit, total in _lignes(
        """
        SELECT t.id, sum(CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END),
               sum(CASE l.sens WHEN 'C' THEN l.montant ELSE 0 END), t.total
        FROM grand_livre_lettrage t
        LEFT JOIN grand_livre_lignelettrage ll ON ll.lettrage_id = t.id
        LEFT JOIN grand_livre_ligneecriture l ON l.id = ll.ligne_id
            AND l.compte_id = t.compte_id AND l.tiers_id = t.tiers_id
        GROUP BY t.id, t.total
        HAVING coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END), 0) <> t.total
            OR coalesce(sum(CASE l.sens WHEN 'C' THEN l.montant ELSE 0 END), 0) <> t.total
        """
    ):
        yield Anomalie(
            "lettrage", f"lettrage {pk}", f"débit {debit}, crédit {credit}, total annoncé {total}"
        )


def numeros_manquants() -> Iterator[Anomalie]:
    """Gaps in the numbers of pièces and bordereaux."""
    for table, libelle in (
        ("grand_livre_piece", "pièces"),
        ("grand_livre_bordereau", "bordereaux"),
    ):
        for exercice, sens, nombre, dernier in _lignes(
            f"SELECT exercice_id, sens, count(*), max(numero) FROM {table} "  # noqa: S608
            "GROUP BY exercice_id, budget_id, sens HAVING count(*) <> max(numero)"
        ):
            yield Anomalie(
                "numerotation",
                f"{libelle} de {sens} {exercice}",
                f"{nombre} numéros pour un dernier numéro {dernier}",
            )


def tiers_absorbes_en_chaine() -> Iterator[Anomalie]:
    """Tiers merged into one that is itself merged: its statement would miss their rows."""
    for code, garde in _lignes(
        """
        SELECT t.code, g.code FROM grand_livre_tiers t
        JOIN grand_livre_tiers g ON g.id = t.absorbe_par_id WHERE g.absorbe_par_id IS NOT NULL
        """
    ):
        yield Anomalie("fusion", f"tiers {code}", f"fusionné dans {garde}, lui-même fusionné")


CONTROLES: list[Callable[[], Iterator[Anomalie]]] = [
    ecritures_desequilibrees,
    lignes_orphelines,
    ecritures_ni_scellees_ni_en_attente,
    chaine_rompue,
    soldes_faux,
    contrepassations_inexactes,
    pieces_sans_ecriture,
    pieces_soldees_a_tort,
    parts_cedees_inexactes,
    deductions_inexactes,
    lettrages_inexacts,
    numeros_manquants,
    tiers_absorbes_en_chaine,
]


def verifier() -> Iterator[Anomalie]:
    """Run every check and yield what they find."""
    for controle in CONTROLES:
        yield from controle()
