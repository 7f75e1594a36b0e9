"""The upkeep of tiers in the demonstration: a register, tiers alike, changes under way."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.accueil.facture_type import document_de_preuve
from fournisseurs.depots import Preuve
from fournisseurs.doublons import chercher_doublons
from fournisseurs.habilitations import habiliter
from fournisseurs.models import (
    DemandeModification,
    Droit,
    Etablissement,
    EtablissementRegistre,
    GenreModification,
    Justificatif,
)
from fournisseurs.modifications.depot import deposer, preparer
from fournisseurs.qualite import relever_qualite
from fournisseurs.registre.comparaison import comparer

RIDET = "9000019001"
CONTACTS = {"telephone": "25 81 30", "courriel": "bureau@cagou.example"}
COMPTE = {
    "iban": "FR5014158000000000001A01209",
    "bic": "CEFNNCN1",
    "titulaire": "Pépinière du Cagou",
}


def charger_tiers(registre: Path, representant: Utilisateur) -> None:
    """Keep an extract of the register, let `representant` ask for two changes, then look at all.

    Harmless when it is done already.
    """
    if not EtablissementRegistre.objects.exists():
        comparer(registre, extrait_le=date(timezone.localdate().year, 1, 1), executer=True)
    etablissement = Etablissement.objects.get(ridet=RIDET)
    if not etablissement.habilitations.exists():
        habiliter(
            utilisateur=representant,
            etablissement=etablissement,
            droits=list(Droit),
            par=Utilisateur.objects.systeme(),
            fonction="Gérant",
        )
        _demander(etablissement, GenreModification.CONTACTS, CONTACTS, representant)
        _demander(etablissement, GenreModification.COMPTE_PRINCIPAL, COMPTE, representant)
    chercher_doublons()
    relever_qualite()


def _demander(
    etablissement: Etablissement, genre: str, saisies: Mapping[str, str], par: Utilisateur
) -> DemandeModification:
    rib = Preuve(
        Justificatif.Genre.RIB,
        "rib.pdf",
        BytesIO(
            document_de_preuve(
                str(Justificatif.Genre.RIB.label), etablissement.ridet, etablissement.denomination
            )
        ),
    )
    demande = preparer(
        etablissement=etablissement,
        genre=genre,
        saisies=saisies,
        preuves=[rib] if genre == GenreModification.COMPTE_PRINCIPAL else [],
        par=par,
    )
    return deposer(demande, par=par, a_confirme=True)
