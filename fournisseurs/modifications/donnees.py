"""The data that a request may change: read as they stand, written once decided."""

from collections.abc import Mapping

from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import banque, telephone
from facturier.commun.pays import dire_code_postal, nom_pays
from facturier.grand_livre.models import NatureJuridique
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.models import (
    CoordonneesBancaires,
    DemandeModification,
    Etablissement,
    Fournisseur,
    GenreModification,
    RepresentantLegal,
)
from fournisseurs.recherche import indexer

CHAMPS: Mapping[str, tuple[str, ...]] = {
    GenreModification.ADRESSE: (
        "pays",
        "adresse_complement",
        "adresse_voie",
        "code_postal",
        "ville",
    ),
    GenreModification.CONTACTS: ("telephone", "courriel"),
    GenreModification.COMPTE_PRINCIPAL: ("iban", "bic", "titulaire"),
    GenreModification.COMPTE_ETABLISSEMENT: ("iban", "bic", "titulaire"),
    GenreModification.NOM: ("nom", "nom_commercial", "denomination"),
    GenreModification.FORME_JURIDIQUE: ("nature_juridique",),
    GenreModification.REPRESENTANTS: ("representants",),
}
DITS_PAR_LE_PAYS = {"pays": nom_pays, "code_postal": dire_code_postal}
LIBELLES: Mapping[str, str] = {
    "pays": "Pays",
    "adresse_complement": "Complément d’adresse",
    "adresse_voie": "Voie ou boîte postale",
    "code_postal": "Code postal",
    "ville": "Commune",
    "telephone": "Téléphone",
    "courriel": "Adresse électronique",
    "iban": "IBAN",
    "bic": "BIC",
    "titulaire": "Titulaire du compte",
    "nom": "Nom de l’entreprise",
    "nom_commercial": "Nom commercial",
    "denomination": "Enseigne de l’établissement",
    "nature_juridique": "Forme juridique",
    "representants": "Représentants légaux",
}


def lire(etablissement: Etablissement, genre: str) -> dict[str, str]:
    """Return the fields of `genre` as the database holds them now."""
    fournisseur = etablissement.fournisseur
    if genre in (GenreModification.COMPTE_PRINCIPAL, GenreModification.COMPTE_ETABLISSEMENT):
        compte = compte_courant(etablissement, genre)
        return {champ: getattr(compte, champ, "") for champ in CHAMPS[genre]}
    if genre == GenreModification.NOM:
        return {
            "nom": fournisseur.tiers.nom,
            "nom_commercial": fournisseur.nom_commercial,
            "denomination": etablissement.denomination,
        }
    if genre == GenreModification.FORME_JURIDIQUE:
        return {"nature_juridique": fournisseur.tiers.nature_juridique}
    if genre == GenreModification.REPRESENTANTS:
        return {"representants": "\n".join(str(r) for r in representants(fournisseur))}
    return {champ: getattr(etablissement, champ) for champ in CHAMPS[genre]}


def compte_courant(etablissement: Etablissement, genre: str) -> CoordonneesBancaires | None:
    """Return the live account that `genre` is about, if there is one."""
    propre = etablissement if genre == GenreModification.COMPTE_ETABLISSEMENT else None
    comptes = CoordonneesBancaires.objects.courantes().filter(
        fournisseur=etablissement.fournisseur_id
    )
    trouve: CoordonneesBancaires | None = (
        comptes.filter(etablissement=propre).first()
        if propre
        else comptes.filter(etablissement__isnull=True).first()
    )
    return trouve


def representants(fournisseur: Fournisseur) -> list[RepresentantLegal]:
    """Return those who bind the enterprise today."""
    return list(RepresentantLegal.objects.filter(fournisseur=fournisseur, fin__isnull=True))


def ecrire(demande: DemandeModification, valeurs: Mapping[str, str], *, par: Utilisateur) -> None:
    """Write `valeurs` (fields of the kind of `demande`) where they live.

    The main address and contacts of the supplier follow those of the établissement when they held
    the same values. Call it in the transaction that changes the state of `demande`.
    """
    if demande.est_compte:
        _ecrire_compte(demande, valeurs, par=par)
    elif demande.genre == GenreModification.REPRESENTANTS:
        _ecrire_representants(demande, valeurs["representants"])
    else:
        _ecrire_champs(demande, valeurs)


def _ecrire_compte(
    demande: DemandeModification, valeurs: Mapping[str, str], *, par: Utilisateur
) -> None:
    actuelles = lire(demande.etablissement, demande.genre) | dict(valeurs)
    est_principal = demande.genre == GenreModification.COMPTE_PRINCIPAL
    demande.compte = enregistrer_compte(
        fournisseur=demande.fournisseur,
        etablissement=None if est_principal else demande.etablissement,
        compte=Compte(actuelles["iban"], actuelles["bic"], actuelles["titulaire"]),
        origine=CoordonneesBancaires.Origine.MODIFICATION,
        par=par,
    )
    demande.save(update_fields=["compte"])


def _ecrire_representants(demande: DemandeModification, texte: str) -> None:
    aujourd_hui = timezone.localdate()
    voulus = {tuple(ligne.rsplit(", ", 1)) for ligne in texte.splitlines()}
    connus = {(r.nom, r.qualite): r for r in representants(demande.fournisseur)}
    for identite, representant in connus.items():
        if identite not in voulus:
            representant.fin = aujourd_hui
            representant.save(update_fields=["fin"])
    RepresentantLegal.objects.bulk_create(
        RepresentantLegal(
            fournisseur=demande.fournisseur,
            nom=nom,
            qualite=qualite,
            demande=demande,
            debut=aujourd_hui,
        )
        for nom, qualite in sorted(voulus - set(connus))
    )


def _ecrire_champs(demande: DemandeModification, valeurs: Mapping[str, str]) -> None:
    etablissement, fournisseur = demande.etablissement, demande.fournisseur
    if demande.genre in (GenreModification.ADRESSE, GenreModification.CONTACTS):
        champs = CHAMPS[demande.genre]
        if all(getattr(fournisseur, c) == getattr(etablissement, c) for c in champs):
            _poser(fournisseur, valeurs)
        _poser(etablissement, valeurs)
    else:
        _poser_identite(demande, valeurs)
    indexer([fournisseur.pk])


def _poser_identite(demande: DemandeModification, valeurs: Mapping[str, str]) -> None:
    etablissement, fournisseur = demande.etablissement, demande.fournisseur
    cibles = {
        "nom": fournisseur.tiers,
        "nature_juridique": fournisseur.tiers,
        "nom_commercial": fournisseur,
        "denomination": etablissement,
    }
    for champ, valeur in valeurs.items():
        _poser(cibles[champ], {champ: valeur})


def _poser(objet: object, valeurs: Mapping[str, str]) -> None:
    for champ, valeur in valeurs.items():
        setattr(objet, champ, valeur)
    objet.save(update_fields=list(valeurs))  # type: ignore[attr-defined]


def afficher(champ: str, valeur: str, *, en_clair: bool = False) -> str:
    """Return the value of a field as people read it; an IBAN is masked unless `en_clair`."""
    if champ in DITS_PAR_LE_PAYS:
        return DITS_PAR_LE_PAYS[champ](valeur)
    if not valeur:
        return "non indiqué"
    if champ == "iban":
        return banque.afficher_iban(valeur) if en_clair else banque.masquer_iban(valeur)
    if champ == "telephone":
        return telephone.afficher(valeur)
    if champ == "nature_juridique":
        return str(NatureJuridique(valeur).label)
    return valeur


def changes_depuis(demande: DemandeModification) -> list[str]:
    """Return the labels of the fields that somebody else changed since the deposit."""
    actuelles = lire(demande.etablissement, demande.genre)
    return [LIBELLES[c.champ] for c in demande.champs.all() if actuelles[c.champ] != c.avant]
