"""Hand-over of a régie and unannounced checks: counted, numbered, signed (art. 7 and 19)."""

import io
from collections.abc import Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement import coupures as billets
from telepaiement.models import (
    EtatSession,
    Nomination,
    Quittance,
    Regie,
    RemiseService,
    SessionCaisse,
    VerificationRegie,
)
from telepaiement.models.proces_verbaux import Decompte
from telepaiement.nominations import designe, en_fonction, exiger_agent
from telepaiement.position import position


@transaction.atomic
def remettre_service(
    *,
    entrant: Nomination,
    coupures: Mapping[int, int],
    cheques_comptes: int,
    observations: str,
    par: Utilisateur,
) -> RemiseService:
    """Hand the régie of `entrant` over to him, counted in the presence of both (art. 7).

    The first hand-over installs the first régisseur. A difference is recorded, and moves no money:
    the comptable draws its consequences.

    Args:
        coupures: cash counted, fonds de caisse included (face value: how many).
        cheques_comptes: how many cheques were counted.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: a till is still open, `entrant` does not answer for a régie or is not in
            force, another is called by the arrêtés, or a difference without a word about it.
    """
    exiger_agent(par)
    regie = Regie.objects.select_for_update(of=("self",)).get(pk=entrant.regie_id)
    if SessionCaisse.objects.filter(regie=regie, etat=EtatSession.OUVERTE).exists():
        raise ValidationError("Clôturez les caisses de la régie avant de la remettre.")
    if not entrant.est_responsable or entrant not in en_fonction(regie, timezone.localdate()):
        raise ValidationError(
            {"entrant": "Le service se remet au régisseur ou à son suppléant, en fonction ce jour."}
        )
    if entrant != (attendu := designe(regie, timezone.localdate())):
        nom = attendu.personne.nom_complet if attendu else "personne"
        raise ValidationError(
            {"entrant": f"Les arrêtés de nomination appellent aujourd’hui {nom} à tenir la régie."}
        )
    derniere = RemiseService.objects.filter(regie=regie).order_by("pk").last()
    sortant = derniere.entrant if derniere else None
    if sortant == entrant:
        raise ValidationError({"entrant": "Cette personne répond déjà de la régie."})
    return RemiseService.objects.create(
        sortant=sortant,
        entrant=entrant,
        **_decompter(
            regie,
            coupures=coupures,
            cheques_comptes=cheques_comptes,
            observations=observations,
            par=par,
            serie="remise-service",
        ),
    )


@transaction.atomic
def verifier_regie(
    *,
    regie: Regie,
    coupures: Mapping[int, int],
    cheques_comptes: int,
    en_presence_de: str,
    observations: str,
    par: Utilisateur,
) -> VerificationRegie:
    """Record an unannounced check of all that a régie holds, open tills included (art. 19).

    Raises:
        ActeInterdit: `par` is neither comptable nor of the ordonnateur's staff.
        ValidationError: nobody named, or a difference without a word about it.
    """
    if not par.a_role(Role.COMPTABLE, Role.AGENT, Role.ORDONNATEUR):
        raise ActeInterdit("La vérification revient au comptable ou à l’ordonnateur.")
    if not en_presence_de.strip():
        raise ValidationError({"en_presence_de": "Nommez la personne qui tenait la régie."})
    verrouillee = Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    return VerificationRegie.objects.create(
        en_presence_de=en_presence_de.strip()[:100],
        **_decompter(
            verrouillee,
            coupures=coupures,
            cheques_comptes=cheques_comptes,
            observations=observations,
            par=par,
            serie="verification",
        ),
    )


def _decompter(
    regie: Regie,
    *,
    coupures: Mapping[int, int],
    cheques_comptes: int,
    observations: str,
    par: Utilisateur,
    serie: str,
) -> dict[str, object]:
    """Return the fields of a count, against the position of the régie at this moment."""
    attendu = position(regie)
    comptees = billets.compter(coupures, timezone.localdate())
    differe = comptees != attendu.encaisse or cheques_comptes != attendu.nombre_cheques
    if differe and not observations.strip():
        raise ValidationError(
            {
                "observations": "Le compte diffère (espèces attendues : "
                f"{afficher(attendu.encaisse)}, chèques attendus : {attendu.nombre_cheques}) : "
                "recomptez, ou notez ce qui l’explique."
            }
        )
    derniere = Quittance.objects.filter(regie=regie).select_related("regie").order_by("pk").last()
    return {
        "regie": regie,
        "le": timezone.now(),
        "par": par,
        "especes_attendues": attendu.encaisse,
        "especes_comptees": comptees,
        "coupures": billets.ranger(coupures),
        "cheques_attendus": attendu.nombre_cheques,
        "cheques_comptes": cheques_comptes,
        "montant_cheques": attendu.montant_cheques,
        "derniere_quittance": derniere.reference if derniere else "",
        "observations": observations.strip(),
        "numero": prendre_numero(f"{serie}-{regie.code}"),
    }


def dessiner_remise(remise: RemiseService) -> bytes:
    """Return the procès-verbal of a hand-over, to be signed by both."""
    personnes = [
        ("Sortant", _personne(remise.sortant) if remise.sortant else "Première installation"),
        ("Entrant", _personne(remise.entrant)),
        ("Arrêté de l’entrant", remise.entrant.arrete),
        ("Établi par", remise.par.nom_complet),
    ]
    return _dessiner(
        remise,
        "Procès-verbal de remise de service",
        personnes,
        [
            *(["Le sortant"] if remise.sortant else []),
            "L’entrant",
            "Le comptable ou son délégué",
        ],
    )


def dessiner_verification(verification: VerificationRegie) -> bytes:
    """Return the procès-verbal of an unannounced check."""
    personnes = [
        ("Vérificateur", verification.par.nom_complet),
        ("En présence de", verification.en_presence_de),
    ]
    return _dessiner(
        verification,
        "Procès-verbal de vérification inopinée",
        personnes,
        ("Le vérificateur", "La personne qui tenait la régie"),
    )


def _personne(nomination: Nomination) -> str:
    return f"{nomination.personne.nom_complet} ({nomination.get_qualite_display().lower()})"


def _dessiner(
    decompte: Decompte,
    titre: str,
    personnes: Sequence[tuple[str, str]],
    signataires: Sequence[str],
) -> bytes:
    sortie = io.BytesIO()
    regie = decompte.regie
    reference = f"{regie.code} n° {decompte.numero}"
    with Document(
        sortie,
        titre=titre,
        etabli_le=decompte.le,
        reference=f"{titre} {reference}",
        emetteur=(regie.libelle, regie.acte),
    ) as pdf:
        pdf.titre(f"{titre} n° {decompte.numero}", regie.libelle)
        pdf.resume([*personnes, *_constats(decompte)])
        pdf.intertitre("Décompte des espèces")
        signatures = 40 + 78 * len(signataires)  # points: they are not parted
        pdf.tableau(
            [
                Colonne("Coupure", 3),
                Colonne("Nombre", 1, est_nombre=True),
                Colonne("Somme", 2, est_nombre=True),
            ],
            billets.detailler(decompte.coupures),
            total=("Total compté", "", decompte.especes_comptees),
            suite=0 if decompte.observations else signatures,
        )
        if decompte.observations:
            pdf.section("Observations", decompte.observations, suite=signatures)
        pdf.reserver(signatures)
        pdf.intertitre("Signatures")
        for signataire in signataires:
            pdf.reserver(48)
            pdf.paragraphe(f"{signataire} :")
            pdf.espace(30)
    return sortie.getvalue()


def _constats(decompte: Decompte) -> Iterator[tuple[str, str]]:
    moment = timezone.localtime(decompte.le)
    yield ("Arrêté le", f"{jour_et_heure(moment)} (heure de Nouméa)")
    yield ("Espèces attendues", afficher(decompte.especes_attendues))
    yield ("Espèces comptées", afficher(decompte.especes_comptees))
    yield ("Écart", billets.nommer_ecart(decompte.ecart))
    yield ("Chèques comptés", str(decompte.cheques_comptes))
    attendus = f"{decompte.cheques_attendus} pour {afficher(decompte.montant_cheques)}"
    yield ("Chèques attendus", attendus if decompte.cheques_attendus else "0")
    yield ("Dernière quittance", decompte.derniere_quittance or "Aucune")
