"""The sheet of a closed till: what was received, what was counted, who signed (§8.7)."""

import io
from collections.abc import Iterator

from django.utils import timezone

from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import Colonne, Document
from telepaiement.cloture import comparer
from telepaiement.coupures import detailler, nommer_ecart
from telepaiement.models import Mode, SessionCaisse


def dessiner_cloture(session: SessionCaisse) -> bytes:
    """Return the PDF of a closing.

    Raises:
        ValueError: the till is still open.
    """
    if session.cloturee_le is None:
        raise ValueError("la caisse est encore ouverte")
    sortie = io.BytesIO()
    regie = session.regie
    with Document(
        sortie,
        titre=f"Clôture de caisse {regie.code} n° {session.numero}",
        etabli_le=session.cloturee_le,
        reference=f"Clôture {regie.code} n° {session.numero}",
        emetteur=(regie.libelle, regie.acte),
    ) as pdf:
        pdf.titre(f"Clôture de caisse n° {session.numero}", session.guichet.libelle)
        pdf.resume(_lignes(session))
        _comparer(pdf, session)
        pdf.intertitre("Recettes par mode de paiement")
        pdf.tableau(
            [Colonne("Mode", 3), Colonne("Montant", 2, est_nombre=True)],
            [(Mode(mode).label, somme) for mode, somme in sorted(session.totaux.items())],
            total=("Total", sum(session.totaux.values())),
        )
        pdf.intertitre("Décompte des espèces")
        pdf.tableau(
            [
                Colonne("Coupure", 3),
                Colonne("Nombre", 1, est_nombre=True),
                Colonne("Somme", 2, est_nombre=True),
            ],
            detailler(session.coupures),
            total=("Total compté", "", session.especes_comptees or 0),
        )
        cheques = session.encaissements.valides().filter(mode=Mode.CHEQUE).order_by("pk")
        if cheques:
            pdf.intertitre("Chèques")
            pdf.tableau(
                [
                    Colonne("Numéro", 2),
                    Colonne("Banque", 3),
                    Colonne("Montant", 2, est_nombre=True),
                ],
                [(c.numero_cheque, c.banque, c.montant) for c in cheques],
            )
        if session.reports:
            pdf.intertitre("Paiements au lecteur à vérifier, reportés")
            pdf.tableau(
                [Colonne("Titre", 3), Colonne("Montant", 2, est_nombre=True)],
                [(report["titre"], report["montant"]) for report in session.reports],
            )
    return sortie.getvalue()


def _comparer(pdf: Document, session: SessionCaisse) -> None:
    """Draw what was counted against what was expected."""
    pdf.intertitre("Compté et attendu")
    pdf.tableau(
        [
            Colonne("Compte", 3),
            Colonne("Attendu", 2, est_nombre=True),
            Colonne("Compté", 2, est_nombre=True),
            Colonne("Écart", 2, est_nombre=True),
        ],
        (
            (ligne.libelle, *map(ligne.afficher, (ligne.attendu, ligne.compte, ligne.ecart)))
            for ligne in comparer(session)
        ),
    )


def _lignes(session: SessionCaisse) -> Iterator[tuple[str, str]]:
    if session.cloturee_le is not None:
        yield ("Clôturée le", jour_et_heure(timezone.localtime(session.cloturee_le)))
    yield ("Journée du", f"{session.jour:%d/%m/%Y}")
    yield ("Agent", session.agent.nom_complet)
    yield ("Fonds de caisse", afficher(session.fonds_caisse))
    if session.motif_absence and session.cloturee_par:
        yield ("Clôturée par", f"{session.cloturee_par.nom_complet} : {session.motif_absence}")
    yield ("Écart des espèces", nommer_ecart(session.ecart))
    if session.motif_ecart:
        yield ("Motif de l’écart", session.motif_ecart)
    contresignature = getattr(session, "contresignature", None)
    if contresignature is not None:
        le = f"{timezone.localtime(contresignature.le):%d/%m/%Y}"
        yield ("Contresignée par", f"{contresignature.par.nom_complet}, le {le}")
    yield ("Empreinte", session.empreinte)
